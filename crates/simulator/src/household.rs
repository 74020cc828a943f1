//! Settles the county: household by household, until as many people live there as were asked for.

use jiff::civil::Date;
use model::{Gender, NhsNumber};

use crate::dice::Dice;
use crate::illness::{allergies_of, days_before, illnesses_of};
use crate::name;
use crate::number_book::NumberBook;
use crate::person::{Person, PersonIndex};
use crate::place::{self, Home};

/// Homes and people while the county fills up.
pub(crate) struct Settlement {
    pub(crate) dice: Dice,
    pub(crate) today: Date,
    pub(crate) homes: Vec<Home>,
    pub(crate) people: Vec<Person>,
    numbers: NumberBook,
}

/// What is known about a newcomer before the dice are thrown.
pub(crate) struct Newcomer {
    pub(crate) born: Date,
    pub(crate) gender: Gender,
    pub(crate) family: &'static str,
    pub(crate) community: (&'static str, char),
    pub(crate) home: usize,
}

impl Settlement {
    /// An empty county.
    pub(crate) fn new(seed: u64, today: Date) -> Self {
        Self {
            dice: Dice::new(seed, "settlement", 0),
            today,
            homes: Vec::new(),
            people: Vec::new(),
            numbers: NumberBook::new(seed),
        }
    }

    /// One more household of a likely kind.
    pub(crate) fn add_household(&mut self) {
        let community = name::community(&mut self.dice);
        match self.dice.below(1000) {
            0..230 => self.add_family(community),
            230..290 => self.add_one_parent(community),
            290..430 => self.add_couple(community, 24, 64),
            430..640 => self.add_couple(community, 65, 90),
            640..810 => self.add_single(community, 21, 64),
            810..985 => self.add_single(community, 65, 96),
            985..996 => self.add_shared_house(),
            _ => self.add_care_home(),
        }
    }

    fn add_family(&mut self, community: (&'static str, char)) {
        let (mother, father) = self.add_partners(community, 24, 50);
        self.add_children(mother, Some(father), community);
    }

    fn add_one_parent(&mut self, community: (&'static str, char)) {
        let home = self.add_home();
        let family = name::surname(&mut self.dice, community.0);
        let gender = if self.dice.chance(850) { Gender::Female } else { Gender::Male };
        let born = self.born_aged(22, 48);
        let parent = self.add(Newcomer { born, gender, family, community, home });
        self.add_children(parent, None, community);
    }

    fn add_couple(&mut self, community: (&'static str, char), youngest: i64, oldest: i64) {
        self.add_partners(community, youngest, oldest);
    }

    /// Two partners, the second within a few years of the first; three in four share a surname.
    fn add_partners(
        &mut self,
        community: (&'static str, char),
        youngest: i64,
        oldest: i64,
    ) -> (PersonIndex, PersonIndex) {
        let home = self.add_home();
        let family = name::surname(&mut self.dice, community.0);
        let own = name::surname(&mut self.dice, community.0);
        let married = self.dice.chance(if youngest >= 65 { 930 } else { 700 });
        let born = self.born_aged(youngest, oldest);
        let his_born = days_before(born, self.dice.between(-900, 1800));
        let her_family = if married { family } else { own };
        let wife = self.add(Newcomer {
            born,
            gender: Gender::Female,
            family: her_family,
            community,
            home,
        });
        let husband =
            self.add(Newcomer { born: his_born, gender: Gender::Male, family, community, home });
        // A wedding within the last years shows as a former name; an old one, to nobody.
        let age = self.age(born);
        let wedding = days_before(self.today, self.dice.between(60, (age - 20).clamp(1, 30) * 365));
        for (one, other) in [(wife, husband), (husband, wife)] {
            if let Some(person) = self.people.get_mut(one) {
                person.kin = Some((other, "SPO"));
                person.married = married;
                if married && one == wife && own != family {
                    person.former_family = Some((own, wedding));
                }
            }
        }
        (wife, husband)
    }

    /// One to three children, now and then twins, now and then a son with his father's name.
    fn add_children(
        &mut self,
        parent: PersonIndex,
        father: Option<PersonIndex>,
        community: (&'static str, char),
    ) {
        let named_by = father.unwrap_or(parent);
        let (Some(mother), Some(namer)) = (self.people.get(parent), self.people.get(named_by))
        else {
            return;
        };
        let (home, family, father_given) = (mother.home, namer.family, namer.given);
        let mother_age = self.age(mother.birth_date);
        let oldest = (mother_age - 19).clamp(1, 22);
        let mut age = self.dice.between(0, oldest);
        for place in 0..=self.dice.below(3) {
            let born = self.born_aged(age, age);
            let gender = self.child_gender();
            let child = self.add(Newcomer { born, gender, family, community, home });
            self.name_kin(child, parent, "MTH");
            if place == 0 && gender == Gender::Male && father.is_some() && self.dice.chance(60) {
                self.rename(child, father_given);
            }
            if self.dice.chance(25) {
                self.add_twin(child, community);
            }
            age -= 2 + self.dice.between(0, 2);
            if age < 0 {
                return;
            }
        }
    }

    /// A twin: same day, same home, same surname, another forename.
    pub(crate) fn add_twin(&mut self, first: PersonIndex, community: (&'static str, char)) {
        let gender = self.child_gender();
        let Some(elder) = self.people.get_mut(first) else { return };
        elder.birth_order = Some(1);
        let (born, family, home, kin) = (elder.birth_date, elder.family, elder.home, elder.kin);
        let elder_given = elder.given;
        let twin = self.add(Newcomer { born, gender, family, community, home });
        for _ in 0..10 {
            if self.people.get(twin).is_some_and(|person| person.given != elder_given) {
                break;
            }
            let other = name::forename(&mut self.dice, community.0, gender, born);
            self.rename(twin, other);
        }
        if let Some(person) = self.people.get_mut(twin) {
            person.birth_order = Some(2);
            person.kin = kin;
        }
    }

    fn add_single(&mut self, community: (&'static str, char), youngest: i64, oldest: i64) {
        let home = self.add_home();
        let family = name::surname(&mut self.dice, community.0);
        let gender = if self.dice.chance(if youngest >= 65 { 680 } else { 460 }) {
            Gender::Female
        } else {
            Gender::Male
        };
        let born = self.born_aged(youngest, oldest);
        let single = self.add(Newcomer { born, gender, family, community, home });
        if let Some(person) = self.people.get_mut(single) {
            person.married = youngest >= 65;
        }
    }

    /// Students and lodgers: one address, many surnames.
    fn add_shared_house(&mut self) {
        let home = self.add_home();
        for _ in 0..3 + self.dice.below(3) {
            let community = name::community(&mut self.dice);
            let family = name::surname(&mut self.dice, community.0);
            let gender = self.child_gender();
            let born = self.born_aged(18, 29);
            self.add(Newcomer { born, gender, family, community, home });
        }
    }

    fn add_care_home(&mut self) {
        const HOUSES: [&str; 6] = [
            "Seaview Lodge",
            "The Old Rectory Care Home",
            "Furze House",
            "Purbeck Grange",
            "Tern Court",
            "Chalkdown Nursing Home",
        ];
        let home = self.add_home();
        let house = *self.dice.pick(&HOUSES);
        if let Some(place) = self.homes.get_mut(home) {
            place.house = Some(house);
        }
        for _ in 0..8 + self.dice.below(14) {
            let community = name::community(&mut self.dice);
            let family = name::surname(&mut self.dice, community.0);
            let gender = if self.dice.chance(720) { Gender::Female } else { Gender::Male };
            let born = self.born_aged(74, 99);
            let resident = self.add(Newcomer { born, gender, family, community, home });
            if let Some(person) = self.people.get_mut(resident) {
                person.in_care_home = true;
                person.married = true;
                person.mobile = None;
            }
        }
    }

    /// Somebody new, with names, an NHS number, illnesses and allergies of their own.
    pub(crate) fn add(&mut self, newcomer: Newcomer) -> PersonIndex {
        let Newcomer { born, gender, family, community, home } = newcomer;
        let dice = &mut self.dice;
        let given = name::forename(dice, community.0, gender, born);
        let middle = dice
            .chance(if community.0 == "british" { 620 } else { 150 })
            .then(|| name::forename(dice, community.0, gender, born))
            .filter(|middle| *middle != given);
        let age = years_between(born, self.today);
        let practice = self.homes.get(home).map_or("J81001", |home| home.town.practice);
        let person = Person {
            nhs_number: self.numbers.next(),
            birth_date: born,
            gender,
            given,
            middle,
            nickname: name::nickname(dice, given),
            family,
            former_family: None,
            married: false,
            home,
            former_home: None,
            practice,
            ethnic_category: community.1,
            birth_order: None,
            mobile: dice.chance(if age < 12 { 0 } else { 870 }).then(|| dice.below(100_000)),
            died: None,
            illnesses: illnesses_of(dice, gender, age, self.today),
            allergies: allergies_of(dice),
            kin: None,
            in_care_home: false,
            part: None,
        };
        self.people.push(person);
        self.people.len() - 1
    }

    /// A home somewhere in the county.
    pub(crate) fn add_home(&mut self) -> usize {
        let town = place::town(&mut self.dice);
        self.homes.push(Home::somewhere(&mut self.dice, town));
        self.homes.len() - 1
    }

    /// One in six moved house within the last four years; one in ninety has died in the last two.
    pub(crate) fn let_time_pass(&mut self) {
        for index in 0..self.people.len() {
            let Some(person) = self.people.get(index) else { continue };
            let (age, plays) = (self.age(person.birth_date), person.part.is_some());
            let per_mille = match age {
                ..60 => 1,
                60..80 => 14,
                _ => 90,
            };
            let moved = days_before(self.today, self.dice.between(20, 1400));
            let last_day = days_before(self.today, self.dice.between(1, 700));
            let (has_moved, has_died) = (self.dice.chance(165), self.dice.chance(per_mille));
            if plays || last_day < person.birth_date {
                continue;
            }
            if has_moved && moved > person.birth_date {
                let former = self.add_home();
                if let Some(person) = self.people.get_mut(index) {
                    person.former_home = Some((former, moved));
                }
            }
            if has_died && let Some(person) = self.people.get_mut(index) {
                person.died = Some(last_day);
            }
        }
    }

    /// An NHS number that nobody has: for those that are written down wrong.
    pub(crate) fn unissued_number(&mut self) -> NhsNumber {
        self.numbers.next()
    }

    /// A day of birth that makes somebody that old today.
    pub(crate) fn born_aged(&mut self, youngest: i64, oldest: i64) -> Date {
        let years = self.dice.between(youngest, oldest.max(youngest));
        days_before(self.today, years * 365 + years / 4 + self.dice.between(1, 364))
    }

    fn age(&self, born: Date) -> i64 {
        years_between(born, self.today)
    }

    fn child_gender(&mut self) -> Gender {
        if self.dice.chance(489) { Gender::Female } else { Gender::Male }
    }

    fn name_kin(&mut self, person: PersonIndex, kin: PersonIndex, relation: &'static str) {
        if let Some(person) = self.people.get_mut(person) {
            person.kin = Some((kin, relation));
        }
    }

    fn rename(&mut self, person: PersonIndex, given: &'static str) {
        let nickname = name::nickname(&mut self.dice, given);
        if let Some(person) = self.people.get_mut(person) {
            person.given = given;
            person.nickname = nickname;
        }
    }
}

fn years_between(born: Date, today: Date) -> i64 {
    let had_birthday = (today.month(), today.day()) >= (born.month(), born.day());
    i64::from(today.year()) - i64::from(born.year()) - i64::from(!had_birthday)
}
