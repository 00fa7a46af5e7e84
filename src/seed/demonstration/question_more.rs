//! More of what the templates ask.

use super::question::{Question, q};

/// Supplier audit.
pub const SUPPLIER: &[Question] = &[
    q(
        ("SUP 1", 2),
        "Is the food safety certificate valid and in scope?",
        "Certificate does not cover the new site",
        ("Production was moved after the certification", "Send the extended certificate"),
    ),
    q(
        ("SUP 2", 2),
        "Are specifications signed and current?",
        "Specification of an older edition in use",
        ("Changes are mailed to a person who left", "Name a shared mailbox for specifications"),
    ),
    q(
        ("SUP 3", 3),
        "Is traceability shown for a batch of our choice?",
        "Batch code missing on the inner packaging",
        ("The printer skips after a roll change", "Check the print after every roll change"),
    ),
    q(
        ("SUP 4", 2),
        "Are complaints answered with cause and action?",
        "Complaint answered without a root cause",
        ("Staff are not trained in the method", "Train two people in root cause analysis"),
    ),
    q(
        ("SUP 5", 1),
        "Is the cold chain recorded up to our dock?",
        "Temperature record of one delivery missing",
        ("The logger had no battery", "Load the logger at every departure"),
    ),
    q(
        ("SUP 6", 1),
        "Are working conditions at the level of our code?",
        "Overtime above the limit of the code",
        ("The season was short of staff", "Plan temporary staff for the season"),
    ),
];

/// Accessibility audit against WCAG 2.2.
pub const WCAG: &[Question] = &[
    q(
        ("1.1.1", 3),
        "Do all images have a text alternative?",
        "Product photos without alternative text",
        ("The field is optional in the content system", "Make the field mandatory and fill it for the catalogue"),
    ),
    q(
        ("1.3.1", 2),
        "Are structure and relationships in the markup?",
        "Table of nutrients marked up as images of text",
        ("Old template of the supplier", "Use a data table with headers"),
    ),
    q(
        ("1.4.3", 2),
        "Is the contrast of text at least 4.5 to 1?",
        "Price tag text below the contrast minimum",
        ("The brand colour is used on white", "Use the dark variant of the brand colour"),
    ),
    q(
        ("2.1.1", 3),
        "Can everything be done with the keyboard?",
        "Delivery slot picker cannot be used by keyboard",
        ("Slots are plain elements with click handlers", "Use buttons in a radio group"),
    ),
    q(
        ("2.4.7", 2),
        "Is the keyboard focus visible?",
        "Focus outline removed in the header",
        ("A reset style sheet removes outlines", "Restore a visible focus style"),
    ),
    q(
        ("2.4.11", 2),
        "Is the focused element never hidden?",
        "Cookie banner covers the focused link",
        ("The banner is fixed to the bottom", "Reserve the space of the banner"),
    ),
    q(
        ("2.5.8", 1),
        "Are targets at least 24 by 24 pixels?",
        "Quantity buttons 18 pixels wide",
        ("Buttons shrink in the basket", "Set a minimum size"),
    ),
    q(
        ("3.3.1", 2),
        "Are input errors named in text?",
        "Wrong postal code is shown by colour only",
        ("The form library hides messages", "Show the message and tie it to the field"),
    ),
    q(
        ("3.3.8", 2),
        "Can people sign in without a memory test?",
        "Paste is blocked in the password field",
        ("An old recommendation", "Allow paste and password managers"),
    ),
    q(
        ("4.1.2", 3),
        "Do all controls have name, role and value?",
        "Basket icon without an accessible name",
        ("Icon fonts are hidden from readers", "Add a label to the button"),
    ),
];

/// Layered process audit.
pub const LAYERED: &[Question] = &[
    q(
        ("LPA 1", 1),
        "Is the line set up as the run card says?",
        "Sealing temperature differs from the run card",
        ("The run card was not updated after the trial", "Release the new run card"),
    ),
    q(
        ("LPA 2", 1),
        "Are in-process checks done at their interval?",
        "Weight check skipped for one hour",
        ("One operator for two lines during the break", "Plan a relief during breaks"),
    ),
    q(
        ("LPA 3", 1),
        "Is rejected product blocked and marked?",
        "Rejects without a label",
        ("The label printer is in the office", "Put a printer at the line"),
    ),
    q(
        ("LPA 4", 1),
        "Does the operator know the reaction plan?",
        "Reaction plan not known to the new operator",
        ("Started without a mentor", "Add the plan to the first day"),
    ),
    q(
        ("LPA 5", 1),
        "Is the line clearance done and signed?",
        "Labels of the last product found in the tray",
        ("Clearance is done from memory", "Use the clearance checklist"),
    ),
];

/// Stock count.
pub const COUNT: &[Question] = &[
    q(
        ("INV 1", 1),
        "Are all bins of the count closed for movements?",
        "Goods moved during the count",
        ("The pick list was printed before the count", "Block the bins in the system"),
    ),
    q(
        ("INV 2", 1),
        "Are pallets labelled and readable?",
        "Pallet label torn off",
        ("Labels do not hold on frozen film", "Use freezer labels"),
    ),
    q(
        ("INV 3", 1),
        "Are differences explained by a reason?",
        "Difference without a reason code",
        ("Damage is not booked at once", "Book damage at the place"),
    ),
];

/// Internal audit of a management system.
pub const SYSTEM: &[Question] = &[
    q(
        ("4.1", 1),
        "Are context and interested parties reviewed?",
        "Interested parties not reviewed this year",
        ("The review was postponed twice", "Hold the review in the next meeting"),
    ),
    q(
        ("5.2", 1),
        "Is the policy known at all levels?",
        "Policy not known in the night shift",
        ("Briefings are held at noon", "Brief the night shift as well"),
    ),
    q(
        ("6.1", 2),
        "Are risks and opportunities acted on?",
        "Action on a rated risk without a date",
        ("The register has no date column", "Add owner and date"),
    ),
    q(
        ("7.2", 1),
        "Is competence shown for critical tasks?",
        "Training record of one welder missing",
        ("Records are kept by the contractor", "Ask for copies at the gate"),
    ),
    q(
        ("7.5", 1),
        "Are documents controlled?",
        "Two editions of one form in use",
        ("Forms are copied to the share", "Link to the controlled edition"),
    ),
    q(
        ("8.1", 2),
        "Are operations planned and controlled?",
        "Change of a supplier without an assessment",
        ("The change was urgent", "Assess afterwards and add a gate"),
    ),
    q(
        ("9.2", 1),
        "Are internal audits carried out as planned?",
        "Audit of the canteen skipped",
        ("The auditor changed department", "Re-plan within the quarter"),
    ),
    q(
        ("10.2", 2),
        "Are nonconformities followed to their end?",
        "Effectiveness of an action not verified",
        ("No date for the verification", "Set a date when an action is closed"),
    ),
];
