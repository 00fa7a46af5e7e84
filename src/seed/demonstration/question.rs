//! What the templates ask, and what is found where the answer is no.

/// A question of a template.
#[derive(Clone, Copy, Debug)]
pub struct Question {
    /// Requirement it examines.
    pub requirement: &'static str,
    /// Question.
    pub subject: &'static str,
    /// Weight of the answer.
    pub weight: i64,
    /// Title of the issue that a no raises.
    pub finding: &'static str,
    /// Why it came about.
    pub cause: &'static str,
    /// How it is put right.
    pub remedy: &'static str,
}

pub(super) const fn q(
    (requirement, weight): (&'static str, i64),
    subject: &'static str,
    finding: &'static str,
    (cause, remedy): (&'static str, &'static str),
) -> Question {
    Question { requirement, subject, weight, finding, cause, remedy }
}

/// Hygiene round.
pub const HYGIENE: &[Question] = &[
    q(
        ("GMP 1.1", 2),
        "Are floors, drains and walls clean and undamaged?",
        "Standing water at the floor drain",
        ("The drain cover is bent and the gradient is lost", "Replace the drain cover and re-lay the tiles around it"),
    ),
    q(
        ("GMP 1.2", 2),
        "Do all staff wear clean protective clothing and hair nets?",
        "Visitor without hair net in the production zone",
        ("The dispenser at the lock was empty", "Refill dispensers at the start of every shift"),
    ),
    q(
        ("GMP 1.3", 3),
        "Are hand washing stations stocked and used on entry?",
        "No disinfectant at the hand washing station",
        ("Supplies are ordered only when they have run out", "Set a minimum stock for consumables"),
    ),
    q(
        ("GMP 2.1", 3),
        "Is cleaning carried out and signed for as planned?",
        "Cleaning record not signed for two shifts",
        ("The form hangs in the office, not at the line", "Put the form on the tablet at the line"),
    ),
    q(
        ("GMP 2.4", 2),
        "Are chemicals labelled and stored apart from food?",
        "Unlabelled spray bottle on the packing table",
        ("Bottles are refilled from the drum by hand", "Use pre-printed bottles only"),
    ),
    q(
        ("GMP 3.1", 2),
        "Is there no sign of pests, and are traps in place?",
        "Insect trap full and not changed",
        ("The contractor skipped the last visit", "Agree on a replacement visit within five days"),
    ),
    q(
        ("GMP 3.3", 1),
        "Are waste bins closed, marked and emptied?",
        "Waste bin overflowing at the end of the shift",
        ("One bin serves two lines since the move", "Add a second bin at line B"),
    ),
    q(
        ("GMP 4.2", 3),
        "Are glass and brittle plastics intact and recorded?",
        "Cracked lamp cover above the open belt",
        ("The cover was hit by a pallet", "Exchange the cover and fit a guard"),
    ),
];

/// Six S walk.
pub const SIX_S: &[Question] = &[
    q(
        ("6S-1", 1),
        "Sort: is there nothing at the work place that is not needed?",
        "Obsolete change parts beside the line",
        ("Nobody decides what is scrapped", "Red-tag the parts and decide within a week"),
    ),
    q(
        ("6S-2", 1),
        "Set in order: has every tool its marked place?",
        "Shadow board incomplete",
        ("Tools were replaced by other sizes", "Cut a new board with the present tools"),
    ),
    q(
        ("6S-3", 1),
        "Shine: is equipment clean, and are leaks reported?",
        "Oil film below the gear box",
        ("The seal is worn", "Exchange the seal at the next stop"),
    ),
    q(
        ("6S-4", 1),
        "Standardize: are work instructions current and at hand?",
        "Work instruction of an old edition at the line",
        ("Printed copies are not withdrawn", "Withdraw prints, show instructions on the screen"),
    ),
    q(
        ("6S-5", 1),
        "Sustain: have actions of the last walk been closed?",
        "Actions of the last walk still open",
        ("Actions have no owner", "Name an owner during the walk"),
    ),
    q(
        ("6S-6", 2),
        "Safety: are escape routes and extinguishers free?",
        "Pallet in front of the fire extinguisher",
        ("Buffer space is too small in the late shift", "Mark the floor and move the buffer"),
    ),
];

/// Health, safety and environment inspection.
pub const HSE: &[Question] = &[
    q(
        ("HSE 1", 3),
        "Are machine guards fitted and interlocks working?",
        "Interlock of the guard bridged with tape",
        ("Jams are cleared with the guard open", "Repair the interlock and remove the cause of the jams"),
    ),
    q(
        ("HSE 2", 2),
        "Are escape routes marked, lit and free?",
        "Emergency light without function",
        ("Batteries are past their life", "Replace the batteries of all lights of the same year"),
    ),
    q(
        ("HSE 3", 2),
        "Are forklift and foot traffic kept apart?",
        "Pedestrian crossing worn off",
        ("Paint does not hold on the wet floor", "Use floor tape rated for wet areas"),
    ),
    q(
        ("HSE 4", 2),
        "Is lockout applied during maintenance?",
        "Lockout tag missing during the belt change",
        ("Contractor was not instructed", "Add lockout to the contractor's briefing"),
    ),
    q(
        ("HSE 5", 1),
        "Are first aid boxes complete and in date?",
        "Eye wash bottle past its date",
        ("No one checks the date", "Put the dates into the monthly round"),
    ),
    q(
        ("HSE 6", 2),
        "Are gas detectors tested and their records kept?",
        "Ammonia detector test overdue",
        ("The test gas was out of stock", "Order test gas with the service contract"),
    ),
    q(
        ("HSE 7", 1),
        "Are spills prevented, and are kits at hand?",
        "Spill kit used and not refilled",
        ("Use of the kit is not reported", "Seal the kit so that its use shows"),
    ),
    q(
        ("HSE 8", 1),
        "Is hearing protection worn where it is required?",
        "Hearing protection not worn at the palletizer",
        ("The sign stands behind the rack", "Move the sign to the entrance"),
    ),
];

/// Verification of the hazard analysis.
pub const HACCP: &[Question] = &[
    q(
        ("CCP 1", 3),
        "Is the core temperature reached and recorded for every batch?",
        "Core temperature not recorded for one batch",
        ("The probe was being exchanged", "Keep a calibrated spare probe at the line"),
    ),
    q(
        ("CCP 2", 3),
        "Does the metal detector reject all test pieces?",
        "Stainless test piece not rejected",
        ("Sensitivity was lowered after false alarms", "Restore the setting and protect it by password"),
    ),
    q(
        ("CCP 3", 3),
        "Is chilling to below 4 °C reached in the given time?",
        "Chilling took 25 minutes longer than allowed",
        ("The evaporator was iced up", "Shorten the defrosting interval"),
    ),
    q(
        ("PRP 2", 2),
        "Are allergens kept apart and changeovers cleaned?",
        "Mustard residue after the changeover",
        ("The rinse step was skipped", "Swab test before release of the line"),
    ),
    q(
        ("PRP 4", 1),
        "Are thermometers and scales calibrated?",
        "Calibration label expired",
        ("The device is missing from the calibration plan", "Add the device to the plan"),
    ),
    q(
        ("PRP 6", 2),
        "Is frying oil within the limit of polar compounds?",
        "Polar compounds at 26 percent",
        ("Filtration was out of service", "Change the oil and repair the filter"),
    ),
    q(
        ("VER 1", 1),
        "Are deviations recorded with their corrections?",
        "Deviation without a recorded correction",
        ("The field is optional in the form", "Make the field mandatory"),
    ),
    q(
        ("VER 2", 1),
        "Are batches traceable in both directions within four hours?",
        "Trace of one batch took six hours",
        ("Rework is booked on paper", "Book rework in the batch system"),
    ),
];
