//! Homes of people who are not a family: one address and one telephone say little about who is who.

use std::sync::Arc;

use super::change::gather;
use super::{Settlement, any_sex};
use crate::dice::Dice;
use crate::index_population::calendar::{TODAY, days_after, some_day};
use crate::index_population::culture::Culture;
use crate::index_population::dwelling::Dwelling;
use crate::index_population::resident::Resident;

/// Residents of a care home.
const CARE_HOME: usize = 60;
/// Students of one hall.
const HALL: usize = 120;

impl Settlement {
    /// Newcomers to the country in one house; some reachable by one mobile only.
    pub(super) fn shared_house(&mut self, dice: &mut Dice, culture: Culture) -> Vec<Resident> {
        let mut residents: Vec<Resident> = (0..dice.between(4, 8))
            .map(|_| {
                let sex = any_sex(dice);
                let mut one = self.adult(dice, culture, sex, (19, 48));
                self.earlier_home(dice, &mut one);
                one
            })
            .collect();
        let home = self.doors.anywhere(dice);
        gather(&mut residents, &home, |_| days_after(TODAY, -900));
        if let Some(mobiles) = residents.first().map(|one| one.mobiles.clone())
            && dice.chance(250)
        {
            for one in &mut residents {
                one.mobiles.clone_from(&mobiles);
            }
        }
        residents
    }

    /// Friends of one age behind one door.
    pub(super) fn student_house(&mut self, dice: &mut Dice) -> Vec<Resident> {
        let count = dice.between(3, 6);
        let mut residents = self.students(dice, count);
        let home = self.doors.anywhere(dice);
        let day = some_day(dice, days_after(TODAY, -1000), TODAY);
        gather(&mut residents, &home, |_| day);
        residents
    }

    /// A hall: one address and postcode for all, a room for each.
    pub(super) fn student_hall(&mut self, dice: &mut Dice) -> Vec<Resident> {
        let count = i64::try_from(HALL).unwrap_or(0);
        let mut residents = self.students(dice, count);
        let hall = self.doors.house(dice, "Samphire Hall".into());
        for (room, resident) in residents.iter_mut().enumerate() {
            let unit = Some(format!("Room {}, Samphire Hall", room + 1));
            let door = Dwelling { unit, landline: None, ..copy(&hall) };
            resident.move_to(days_after(TODAY, -280), Arc::new(door));
        }
        residents
    }

    fn students(&mut self, dice: &mut Dice, count: i64) -> Vec<Resident> {
        (0..count)
            .map(|_| {
                let culture = Culture::of_household(dice);
                self.grown_child(dice, culture, (18, 23))
            })
            .collect()
    }

    /// Sixty old people with one address and one telephone.
    pub(super) fn care_home(&mut self, dice: &mut Dice) -> Vec<Resident> {
        let mut residents: Vec<Resident> = (0..CARE_HOME)
            .flat_map(|_| {
                let culture = Culture::of_household(dice);
                self.alone(dice, culture, (72, 101))
            })
            .collect();
        let name = ["Rosemead Care Home", "Seacliff Nursing Home", "Heron House", "St Wite's"];
        let home = Arc::new({
            let name = (*dice.pick(&name)).to_owned();
            self.doors.house(dice, name)
        });
        for resident in &mut residents {
            let day = some_day(dice, days_after(TODAY, -1600), TODAY);
            resident.move_to(day, Arc::clone(&home));
            resident.mobiles.clear();
        }
        residents
    }
}

fn copy(house: &Dwelling) -> Dwelling {
    Dwelling {
        unit: None,
        number: house.number.clone(),
        street: house.street.clone(),
        town: house.town,
        postcode: house.postcode.clone(),
        landline: house.landline.clone(),
        practice: house.practice.clone(),
        west: house.west,
    }
}
