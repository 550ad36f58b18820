//! Other versions of the programs come from the host, in pieces.

use medv_protocol::RequestId;

use super::{Agent, Ending};
use crate::Result;
use crate::log::Level;
use crate::upgrade::{Program, Upgrade};

impl Agent {
    pub(super) fn upgrade(
        &mut self,
        request: RequestId,
        program: &str,
        base64: &str,
        last: bool,
    ) -> Option<Ending> {
        match self.take_piece(request, program, base64, last) {
            Ok(None) => None,
            Ok(Some(program)) => {
                self.log.note(Level::Information, &format!("{} was replaced", program.name()));
                self.done(request, Ok(()));
                if program == Program::Completion {
                    return None;
                }
                self.outbox.flush();
                Some(Ending::Upgraded(self.places.program(program.name())))
            }
            Err(error) => {
                self.upgrade = None;
                self.done(request, Err(error));
                None
            }
        }
    }

    fn take_piece(
        &mut self,
        request: RequestId,
        program: &str,
        base64: &str,
        last: bool,
    ) -> Result<Option<Program>> {
        let mut upgrade = match self.upgrade.take().filter(|upgrade| upgrade.is_of(request, program)) {
            Some(upgrade) => upgrade,
            None => Upgrade::begin(&self.places, request, program)?,
        };
        upgrade.add(base64)?;
        if last {
            return upgrade.install(&self.places).map(Some);
        }
        self.upgrade = Some(upgrade);
        Ok(None)
    }
}
