//! A package, in a folder or on a web server.

use std::collections::HashMap;
use std::fs;
use std::io::{Cursor, Read};
use std::path::Path;

use medv_codec::container::{Container, Input};
use medv_codec::source::HttpOptions;
use medv_codec::{Error, ErrorKind, Result};
use medv_format::{FileOffset, Limits};
use medv_settings::{RegFile, RegistryEntry};
use sha2::{Digest, Sha256};
use url::Url;

use super::name_in;
use crate::msi::ProductVersion;
use crate::paper::hex;

/// Most bytes of a file that is read whole. The programs inside an `.msi` are a few MiB.
const MOST: u64 = 64 << 20;

/// What a package says of itself.
pub struct Package {
    /// The workspace's name.
    pub name: String,
    /// Its version.
    pub version: ProductVersion,
    /// The file name of the `.medv`, without its extension.
    pub image: String,
    /// The settings of the `.reg`.
    pub settings: Vec<RegistryEntry>,
    place: Place,
    http: HttpOptions,
    index_digest: String,
}

enum Place {
    Folder(String),
    Address(Box<Url>),
}

impl Package {
    /// Opens the package in a folder, or at an `http://` or `https://` address. `SHA256SUMS` says what it is made of; the
    /// small files are checked against it.
    ///
    /// # Errors
    /// I/O if there is no package; damaged if a file of it is missing or not what it must be.
    pub fn open(place: &str, http: HttpOptions) -> Result<Self> {
        let place = Place::new(place)?;
        let sums = place.read("SHA256SUMS", &http).map_err(|error| match error.kind() {
            ErrorKind::Io => error
                .advice("give the folder or the address of a package, as `medv workspace build` writes it"),
            _ => error,
        })?;
        let sums = String::from_utf8_lossy(&sums);
        let files: Vec<(&str, &str)> = sums.lines().filter_map(|line| line.split_once("  ")).collect();
        let one = |extension: &str| {
            let mut named = files.iter().filter(|(_, name)| {
                Path::new(name).extension().is_some_and(|own| own.eq_ignore_ascii_case(extension))
                    && is_plain(name)
            });
            match (named.next(), named.next()) {
                (Some(file), None) => Ok(*file),
                (found, _) => {
                    let many = if found.is_some() { "more than one file" } else { "no file" };
                    Err(Error::damaged(format!(
                        "it names {many} that ends in .{extension}, and one is expected"
                    ))
                    .in_file(place.name("SHA256SUMS"))
                    .advice("build the package again"))
                }
            }
        };
        let small = |extension: &str| {
            let (sum, name) = one(extension)?;
            let bytes = place.read(name, &http)?;
            let found = hex(&Sha256::digest(&bytes));
            if found == sum {
                return Ok(bytes);
            }
            Err(Error::damaged(format!("its SHA-256 is {found}, and SHA256SUMS says {sum}"))
                .in_file(place.name(name))
                .advice("copy the package again"))
        };
        let reg = RegFile::from_bytes(&small("reg")?).map_err(crate::engine_error)?;
        let settings = reg.entries();
        let name = name_in(&settings).ok_or_else(|| {
            Error::damaged(r"the settings have no `VM\Name`")
                .advice("build the package again with `medv workspace build`")
        })?;
        let msi = Database::read(small("msi")?)?;
        let (_, medv) = one("medv")?;
        let image = Path::new(medv).file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let version = msi.property("ProductVersion")?.parse()?;
        let index_digest = msi.property("IndexDigest")?.to_lowercase();
        Ok(Self { name, version, image, settings, place, http, index_digest })
    }

    /// The `.medv`, to be read from its beginning.
    ///
    /// # Errors
    /// As [`Input::open`].
    pub fn medv(&self) -> Result<Input> {
        Input::open(&self.place.name(&self.medv_name()), self.http.clone())
    }

    /// The index of the `.medv`, which must be the one that the package was built with.
    ///
    /// # Errors
    /// Damaged if it is another; as [`Container::read`].
    pub(super) fn container(&self) -> Result<Container> {
        let container = Container::read(self.medv()?, &Limits::default())?;
        let found = container.trailer.index_digest.to_string();
        if found != self.index_digest {
            return Err(Error::damaged(format!(
                "its index digest is {found}, and the package was built with {}",
                self.index_digest
            ))
            .in_file(self.place.name(&self.medv_name()))
            .advice("copy the package again, all files of it"));
        }
        Ok(container)
    }

    fn medv_name(&self) -> String {
        format!("{}.medv", self.image)
    }
}

impl Place {
    fn new(place: &str) -> Result<Self> {
        if !place.starts_with("http://") && !place.starts_with("https://") {
            return Ok(Self::Folder(place.to_owned()));
        }
        let url = Url::parse(place).map_err(|error| {
            Error::usage(format!("`{place}` is not an address: {error}"))
                .advice("for example https://host/packages/xp/")
        })?;
        Ok(Self::Address(Box::new(url)))
    }

    /// The path or address of a file.
    fn name(&self, file: &str) -> String {
        match self {
            Self::Folder(folder) => Path::new(folder).join(file).to_string_lossy().into_owned(),
            Self::Address(url) => {
                let mut url = (**url).clone();
                if let Ok(mut path) = url.path_segments_mut() {
                    path.pop_if_empty().push(file);
                }
                url.to_string()
            }
        }
    }

    /// A small file, whole.
    fn read(&self, file: &str, http: &HttpOptions) -> Result<Vec<u8>> {
        let name = self.name(file);
        let too_large = |len: u64| {
            Error::new(ErrorKind::Limit, format!("it has {len} bytes, and at most {MOST} are expected"))
                .in_file(&name)
        };
        if let Self::Folder(_) = self {
            let cannot = |error| Error::io("cannot read", error).in_file(&name);
            let len = fs::metadata(&name).map_err(cannot)?.len();
            return if len > MOST { Err(too_large(len)) } else { fs::read(&name).map_err(cannot) };
        }
        let mut bytes = Vec::new();
        let read = match Input::open(&name, http.clone())? {
            Input::Random(source) if source.len() > MOST => return Err(too_large(source.len())),
            Input::Random(source) => source.range(FileOffset::ZERO, source.len())?.read_to_end(&mut bytes),
            Input::Stream { reader, .. } => reader.take(MOST + 1).read_to_end(&mut bytes),
        };
        read.map_err(|error| Error::io("cannot read", error).in_file(&name))?;
        if bytes.len() as u64 > MOST { Err(too_large(bytes.len() as u64)) } else { Ok(bytes) }
    }
}

/// A list must not lead out of its folder.
fn is_plain(name: &str) -> bool {
    !name.contains(['/', '\\', ':']) && !name.starts_with('.')
}

/// The properties of an `.msi`.
struct Database(HashMap<String, String>);

impl Database {
    fn read(bytes: Vec<u8>) -> Result<Self> {
        let damaged = |error| {
            Error::damaged("the .msi cannot be read").caused_by(error).advice("build the package again")
        };
        let mut package = msi::Package::open(Cursor::new(bytes)).map_err(damaged)?;
        let rows = package.select_rows(msi::Select::table("Property")).map_err(damaged)?;
        let text = |value: &msi::Value| value.as_str().unwrap_or_default().to_owned();
        Ok(Self(rows.filter(|row| row.len() >= 2).map(|row| (text(&row[0]), text(&row[1]))).collect()))
    }

    fn property(&self, name: &str) -> Result<&str> {
        self.0.get(name).map(String::as_str).ok_or_else(|| {
            Error::damaged(format!("the .msi has no property {name}")).advice("build the package again")
        })
    }
}
