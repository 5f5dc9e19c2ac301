//! The demo county's people: invented, reproducible, a million of them in a minute or two.

use std::collections::HashMap;

use kit::dictionary::{TitleLevel, titles_of};
use kit::id_card::check_character;
use kit::module::Demo;
use kit::serial::Random;
use kit::{Error, IdCard, Result, day};
use sqlx::SqliteConnection;
use time::{Date, Duration};

use super::names::person;
use super::units::{Unit, Units};
use crate::credentials::{INITIAL_DAYS, until};
use crate::people::{Fields, NewPerson, Origin, insert_many};

/// (of a hundred people, days ago): how they were recorded over the years.
const WAVES: &[(u64, i64)] = &[(58, 1700), (12, 1340), (11, 970), (11, 610), (8, 240)];
const BATCH: usize = 10_000;

/// Makes `county.people` people.
pub async fn fill(tx: &mut SqliteConnection, county: &mut Demo, units: &Units) -> Result<()> {
    let staffed: Vec<&Unit> = units.all.iter().filter(|unit| unit.weight > 0).collect();
    let mut sum = 0;
    let bounds: Vec<u64> = staffed
        .iter()
        .map(|unit| {
            sum += unit.weight;
            sum
        })
        .collect();
    let initial_until = until(&mut *tx, &INITIAL_DAYS, &county.clock).await?;
    let mut inventor = Inventor::new(county.clock.today());
    let (mut made, mut batch, mut drawn) = (0, Vec::with_capacity(BATCH), 0);
    for (wave, (_, days)) in WAVES.iter().enumerate() {
        drawn += WAVES[wave].0;
        let goal = county.people * drawn / 100;
        let at = county.clock.stamp_in(Duration::days(-days));
        while made < goal {
            let place = county.random.below(sum);
            let unit = staffed[bounds.partition_point(|bound| *bound <= place)];
            batch.push(inventor.person(&mut county.random, unit)?);
            made += 1;
            if batch.len() == BATCH || made == goal {
                insert_many(&mut *tx, &batch, Origin::Demo, None, &at, initial_until.as_deref())
                    .await?;
                batch.clear();
                if made % 50_000 == 0 {
                    (county.report)(&format!("已建立 {made} 名人员……"));
                }
            }
        }
    }
    Ok(())
}

/// Invents people, no two with the same identity number.
struct Inventor {
    today: Date,
    /// Numbers given out per birthday: women, men.
    given: HashMap<Date, [u64; 2]>,
    titles: HashMap<(&'static str, TitleLevel), Vec<&'static str>>,
}

impl Inventor {
    fn new(today: Date) -> Self {
        Self { today, given: HashMap::new(), titles: HashMap::new() }
    }

    /// A number of the area code nobody has; digit 17 tells the sex.
    fn id_card(&mut self, random: &mut Random, woman: bool) -> Result<IdCard> {
        loop {
            // 22 to 60 years old, by days
            let age = 22 * 366 + random.below(38 * 365) as i64;
            let born = self.today.saturating_sub(Duration::days(age));
            let given = self.given.entry(born).or_default();
            let count = &mut given[usize::from(!woman)];
            if *count >= 499 {
                continue;
            }
            // 137 and 499 share no factor: every number of the day comes up once
            let step = (*count * 137 + u64::from(born.ordinal())) % 499;
            *count += 1;
            let serial = 2 * step + if woman { 2 } else { 1 };
            let birth = day::date_text(born).replace('-', "");
            let seventeen = format!("419999{birth}{serial:03}");
            let check = check_character(&seventeen).unwrap_or_default();
            return IdCard::stored(&format!("{seventeen}{check}"))
                .map_err(|error| Error::Fault(format!("demo: {}", error.message())));
        }
    }

    fn titles(&mut self, series: &'static str, level: TitleLevel) -> &[&'static str] {
        self.titles.entry((series, level)).or_insert_with(|| titles_of(series, level))
    }

    fn person(&mut self, random: &mut Random, unit: &Unit) -> Result<NewPerson> {
        let trade = unit.trade;
        let woman = random.chance(trade.women);
        let id_card = self.id_card(random, woman)?;
        let born = id_card.birth();
        let age = (self.today - born).whole_days() / 365;
        let mut fields = Fields::named(person(random, woman));
        fields.nation =
            if random.chance(96) { "01" } else { random.pick(&["03", "11", "06"]) }.to_owned();
        fields.political = match random.below(100) {
            0..30 => "01",
            30..45 if age < 28 => "03",
            30..33 => "12",
            _ => "13",
        }
        .to_owned();
        self.schooling(random, unit, born, &mut fields);
        self.title(random, unit, born, age, &mut fields);
        fields.position = (*random.pick(trade.positions)).to_owned();
        if random.chance(70) {
            // 140 is no block of mobile subscribers
            fields.phone = format!("140{:08}", random.below(100_000_000));
        }
        if random.chance(15) {
            let initials = kit::initials::initials(&fields.name);
            fields.email = format!("{initials}{}@example.com", random.below(1000));
        }
        let internal_department = match unit.internal_departments.as_slice() {
            [] => None,
            ids => Some(*random.pick(ids)),
        };
        Ok(NewPerson { id_card, organization: unit.id, internal_department, fields })
    }

    fn schooling(&self, random: &mut Random, unit: &Unit, born: Date, fields: &mut Fields) {
        let (education, degree, left) = match random.below(100) {
            0..1 => ("11", "2", 29),
            1..10 => ("14", "3", 26),
            10..66 => ("21", if random.chance(80) { "4" } else { "0" }, 22),
            66..92 => ("31", "0", 21),
            _ => ("41", "0", 19),
        };
        let year = (born.year() + left).min(self.today.year() - 1);
        fields.education = education.to_owned();
        fields.degree = degree.to_owned();
        fields.school = (*random.pick(unit.trade.schools)).to_owned();
        fields.major = (*random.pick(unit.trade.majors)).to_owned();
        fields.graduated_on = format!("{year}-07");
        fields.started_work_on = format!("{year}-{:02}", 8 + random.below(4));
    }

    fn title(
        &mut self,
        random: &mut Random,
        unit: &Unit,
        born: Date,
        age: i64,
        fields: &mut Fields,
    ) {
        use TitleLevel::{Assistant, DeputySenior, Junior, Middle, Senior};
        let draw = random.below(100);
        let level = match age {
            ..25 if draw < 45 => Some((Assistant, 22)),
            ..25 if draw < 55 => Some((Junior, 22)),
            ..25 => None,
            25..33 if draw < 62 => Some((Assistant, 23)),
            25..33 if draw < 84 && age >= 28 => Some((Middle, 27)),
            25..33 if draw < 90 => Some((Junior, 22)),
            25..33 => None,
            33..46 if draw < 58 => Some((Middle, 28)),
            33..46 if draw < 74 => Some((DeputySenior, 33)),
            33..46 if draw < 94 => Some((Assistant, 24)),
            33..46 => None,
            _ if draw < 4 => Some((Senior, 44)),
            _ if draw < 44 => Some((DeputySenior, 36)),
            _ if draw < 88 => Some((Middle, 29)),
            _ if draw < 97 => Some((Assistant, 25)),
            _ => None,
        };
        let series = match unit.series {
            "" => weighted(random, unit.trade.series),
            own => own,
        };
        let Some((level, least)) = level else { return };
        let titles = self.titles(series, level);
        if titles.is_empty() {
            return;
        }
        fields.title = (*random.pick(titles)).to_owned();
        fields.series = series.to_owned();
        fields.level = level.code().to_owned();
        let since = least.min(age - 1);
        let year = born.year() as i64 + since + random.below((age - since).max(1) as u64) as i64;
        let year = year.min(i64::from(self.today.year()) - 1);
        fields.titled_on = format!("{year}-12-{:02}", 1 + random.below(28));
        if random.chance(60) {
            fields.title_certificate = format!("YC{year}{:06}", random.below(1_000_000));
        }
    }
}

fn weighted(random: &mut Random, series: &[(&'static str, u64)]) -> &'static str {
    let mut draw = random.below(series.iter().map(|(_, weight)| weight).sum());
    for (code, weight) in series {
        if draw < *weight {
            return code;
        }
        draw -= weight;
    }
    kit::dictionary::WITHOUT_TITLE
}
