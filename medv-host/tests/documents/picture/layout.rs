//! Where everything is: two columns of boxes, and lanes for the ways to the left of them, between them, and to the right.

use medv_host::fts::{Stage, TRANSITIONS};

/// How wide a box is.
pub(crate) const BOX: i32 = 132;
/// A line of a box: one way in, or all ways out. Lines of the two columns never have the same height.
pub(crate) const PORT: i32 = 20;
/// Between boxes of a good run: what leads from one to the next.
pub(crate) const GAP: i32 = 40;
const LANE: i32 = 14;
const MARGIN: i32 = 16;
/// Room for what arrows say, from left to right.
const TEXTS: [i32; 4] = [176, 250, 206, 176];

/// The side of a box.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    Left,
    Right,
}

impl Side {
    pub(crate) const ALL: [Self; 2] = [Self::Left, Self::Right];
}

/// Which columns a way joins.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Gutter {
    First,
    Both,
    Second,
}

/// Ways to one stage for the same reason.
pub(crate) struct Way {
    pub(crate) from: Vec<Stage>,
    pub(crate) on: &'static str,
    pub(crate) to: Stage,
    /// The lanes of a gutter are counted from the first column.
    pub(crate) lane: usize,
}

impl Way {
    fn gutter(&self) -> Gutter {
        match (self.from.iter().all(|from| is_main(*from)), self.from.iter().any(|from| is_main(*from))) {
            (true, _) if is_main(self.to) => Gutter::First,
            (_, false) if !is_main(self.to) => Gutter::Second,
            _ => Gutter::Both,
        }
    }

    /// At which side of a stage this way starts or ends.
    pub(crate) fn side_of(&self, stage: Stage) -> Side {
        match (self.gutter(), is_main(stage)) {
            (Gutter::First, _) | (Gutter::Both, false) => Side::Left,
            (Gutter::Second, _) | (Gutter::Both, true) => Side::Right,
        }
    }
}

/// Whether a stage is part of a good run: it starts there, or leads there.
pub(crate) fn is_main(stage: Stage) -> bool {
    stage == Stage::Idle || TRANSITIONS.iter().any(|row| row.is_good && row.to == stage)
}

/// Whether `to` is below `from`.
pub(crate) fn is_straight(from: Stage, to: Stage) -> bool {
    let main: Vec<Stage> = Stage::ALL.into_iter().filter(|stage| is_main(*stage)).collect();
    main.windows(2).any(|pair| pair == [from, to])
}

pub(crate) struct Layout {
    pub(crate) ways: Vec<Way>,
    /// Top and height of each stage.
    places: Vec<(Stage, i32, i32)>,
    height: i32,
}

impl Layout {
    pub(crate) fn new() -> Self {
        let mut layout = Self { ways: ways(), places: Vec::new(), height: 0 };
        layout.place_boxes();
        layout.choose_lanes();
        layout
    }

    fn place_boxes(&mut self) {
        let (main, other): (Vec<Stage>, Vec<Stage>) =
            Stage::ALL.into_iter().partition(|stage| is_main(*stage));
        let mut top = PORT;
        for stage in main {
            let height = self.box_height(stage);
            self.places.push((stage, top, height));
            top += height + GAP;
        }
        self.height = top - GAP + PORT;
        // The second column is as high as the first, and half a line lower.
        let boxes: i32 = other.iter().map(|stage| self.box_height(*stage)).sum();
        let gaps = i32::try_from(other.len()).unwrap_or(1) + 1;
        let gap = (self.height - boxes) / gaps / PORT * PORT;
        let mut top = gap + PORT / 2;
        for stage in other {
            let height = self.box_height(stage);
            self.places.push((stage, top, height));
            top += height + gap;
        }
    }

    fn box_height(&self, stage: Stage) -> i32 {
        let lines =
            Side::ALL.map(|side| self.ways_in(stage, side).len() + usize::from(self.is_left_at(stage, side)));
        let lines = lines.into_iter().max().unwrap_or(0).max(1);
        PORT * (1 + i32::try_from(lines).unwrap_or(i32::MAX))
    }

    fn ways_in(&self, stage: Stage, side: Side) -> Vec<&Way> {
        self.ways.iter().filter(|way| way.to == stage && way.side_of(stage) == side).collect()
    }

    fn is_left_at(&self, stage: Stage, side: Side) -> bool {
        self.ways.iter().any(|way| way.from.contains(&stage) && way.side_of(stage) == side)
    }

    /// Short ways are near the boxes; ways that do not meet share a lane.
    fn choose_lanes(&mut self) {
        let mut order: Vec<usize> = (0..self.ways.len()).collect();
        order.sort_by_key(|number| {
            let (first, last) = self.span(&self.ways[*number]);
            last - first
        });
        let mut taken: Vec<usize> = Vec::new();
        for number in order {
            let (first, last) = self.span(&self.ways[number]);
            let meets = |other: &&usize| {
                let other = &self.ways[**other];
                let (start, end) = self.span(other);
                other.gutter() == self.ways[number].gutter() && first - PORT < end && start < last + PORT
            };
            let used: Vec<usize> = taken.iter().filter(meets).map(|other| self.ways[*other].lane).collect();
            self.ways[number].lane = (0..=used.len()).find(|lane| !used.contains(lane)).unwrap_or(0);
            taken.push(number);
        }
    }

    /// The lowest and the highest line that a way touches.
    pub(crate) fn span(&self, way: &Way) -> (i32, i32) {
        let outs = way.from.iter().map(|from| self.way_out(*from));
        let ys: Vec<i32> = outs.chain([self.way_in(way)]).collect();
        (ys.iter().copied().min().unwrap_or(0), ys.iter().copied().max().unwrap_or(0))
    }

    /// The line on which a stage is left: the one above all ways in.
    pub(crate) fn way_out(&self, stage: Stage) -> i32 {
        self.rectangle(stage).1 + PORT
    }

    /// The line on which a way comes in.
    pub(crate) fn way_in(&self, way: &Way) -> i32 {
        let side = way.side_of(way.to);
        let before = self.ways_in(way.to, side).iter().take_while(|other| other.on != way.on).count();
        let before = before + usize::from(self.is_left_at(way.to, side));
        self.rectangle(way.to).1 + PORT * (1 + i32::try_from(before).unwrap_or(0))
    }

    fn lanes(&self, gutter: Gutter) -> i32 {
        let lanes = self.ways.iter().filter(|way| way.gutter() == gutter).map(|way| way.lane + 1);
        lane(lanes.max().unwrap_or(0))
    }

    /// Where the two columns begin.
    fn columns(&self) -> (i32, i32) {
        let first = MARGIN + self.lanes(Gutter::First) + TEXTS[0];
        (first, first + BOX + TEXTS[1] + self.lanes(Gutter::Both) + TEXTS[2])
    }

    /// Left, top and height of a box.
    pub(crate) fn rectangle(&self, stage: Stage) -> (i32, i32, i32) {
        let (first, second) = self.columns();
        let found = self.places.iter().find(|(placed, ..)| *placed == stage);
        let (_, top, height) = *found.expect("each stage has its place");
        (if is_main(stage) { first } else { second }, top, height)
    }

    /// Where a side of a box is.
    pub(crate) fn edge(&self, stage: Stage, side: Side) -> i32 {
        let (left, ..) = self.rectangle(stage);
        if side == Side::Left { left } else { left + BOX }
    }

    /// Where a way's lane is.
    pub(crate) fn x_of(&self, way: &Way) -> i32 {
        let (first, second) = self.columns();
        match way.gutter() {
            Gutter::First => first - TEXTS[0] - lane(way.lane),
            Gutter::Both => first + BOX + TEXTS[1] + lane(way.lane),
            Gutter::Second => second + BOX + TEXTS[3] + lane(way.lane),
        }
    }

    pub(crate) fn size(&self) -> (i32, i32) {
        let (_, second) = self.columns();
        (second + BOX + TEXTS[3] + self.lanes(Gutter::Second) + MARGIN, self.height)
    }
}

fn lane(number: usize) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX / LANE) * LANE
}

/// The rows of the table, without those that lead straight down.
fn ways() -> Vec<Way> {
    let mut ways: Vec<Way> = Vec::new();
    for row in TRANSITIONS {
        let is_drawn = |from: &&Stage| !(row.is_good && is_straight(**from, row.to));
        let from: Vec<Stage> = row.from.iter().filter(is_drawn).copied().collect();
        match ways.iter_mut().find(|way| (way.on, way.to) == (row.on, row.to)) {
            Some(way) => way.from.extend(from),
            None if from.is_empty() => {}
            None => ways.push(Way { from, on: row.on, to: row.to, lane: 0 }),
        }
    }
    ways
}
