//! Which audits come round, and where each of them stands today.

/// Audits of one asset by one template at a regular distance.
#[derive(Clone, Copy, Debug)]
pub struct Round {
    /// Symbol of the template.
    pub template: &'static str,
    /// Short name of the asset.
    pub asset: &'static str,
    /// Name of the audit area, where it stands on one.
    pub area: &'static str,
    /// Days between two audits.
    pub every: i64,
    /// The day on which the latest audit before tomorrow was due.
    pub latest: i64,
    /// Where that latest audit stands.
    pub state: &'static str,
    /// Who audits.
    pub auditor: &'static str,
    /// How much it covers.
    pub scope: &'static str,
}

macro_rules! rounds {
    ($($template:literal $asset:literal $area:literal $every:literal $latest:literal $state:literal $auditor:literal
        $scope:literal;)*) => {
        /// All rounds.
        pub const ROUNDS: &[Round] = &[$(Round {
            template: $template, asset: $asset, area: $area, every: $every, latest: $latest, state: $state,
            auditor: $auditor, scope: $scope,
        },)*];
    };
}

rounds! {
    "HYG" "rotterdam-plant" "" 61 -6 "IN_PROGRESS" "alex.auditor" "FULL";
    "HYG" "frying-hall" "Frying" 91 -40 "CLOSED" "ines.auditor" "SMALL_SCOPE";
    "HYG" "aberdeen-smokehouse" "Smokehouse" 77 -18 "IN_REVIEW" "ines.auditor" "FULL";
    "HYG" "gdynia-cannery" "Cannery" 77 -33 "CLOSED" "alex.auditor" "FULL";
    "6S" "packing-hall" "Packing" 91 -9 "READY_TO_CLOSE" "mia.member" "FULL";
    "HSE" "rotterdam-plant" "Rotterdam safety" 122 -14 "READY_TO_CLOSE" "alex.auditor" "SMALL_SCOPE";
    "HSE" "aberdeen-smokehouse" "" 122 -70 "CLOSED" "ines.auditor" "SMALL_SCOPE";
    "HSE" "gdynia-cannery" "" 122 -101 "CLOSED" "alex.auditor" "SMALL_SCOPE";
    "HACCP" "fryer-line-2" "Frying" 91 -4 "GENERATING" "alex.auditor" "FULL";
    "HACCP" "fryer-line-1" "Frying" 122 -59 "CLOSED" "alex.auditor" "FULL";
    "HACCP" "retort-1" "Cannery" 122 -27 "CLOSED" "ines.auditor" "FULL";
    "HACCP" "kiln-1" "Smokehouse" 122 -82 "CLOSED" "ines.auditor" "FULL";
    "SUP" "north-sea-trawlers" "" 330 -120 "CLOSED" "alex.auditor" "FULL";
    "SUP" "baltic-herring" "" 330 -210 "CLOSED" "ines.auditor" "FULL";
    "SUP" "oleo-verde" "" 330 -300 "CLOSED" "marta.manager" "FULL";
    "SUP" "packright" "" 330 -20 "IN_PROGRESS" "alex.auditor" "FULL";
    "SUP" "frost-logistics" "" 330 -365 "CANCELED" "ines.auditor" "FULL";
    "WCAG" "web-shop" "" 182 -150 "CLOSED" "casey.consultant" "FULL";
    "WCAG" "checkout" "" 182 -100 "CLOSED" "casey.consultant" "RE_AUDIT";
    "WCAG" "mobile-app" "" 182 -190 "CLOSED" "casey.consultant" "FULL";
    "WCAG" "supplier-portal" "" 365 -12 "IN_PROGRESS" "casey.consultant" "SMALL_SCOPE";
    "LPA" "packing-line-a" "Packing" 45 -3 "IN_PROGRESS" "mia.member" "SMALL_SCOPE";
    "LPA" "seamer-4" "Cannery" 61 -45 "CLOSED" "piotr.nowak" "SMALL_SCOPE";
    "CNT" "waalhaven-warehouse" "Waalhaven" 61 -5 "RECOUNT" "hanna.schulz" "FULL";
    "CNT" "gdynia-store" "" 91 -11 "IN_REVIEW" "hanna.schulz" "FULL";
    "QMS" "head-office" "" 365 -95 "CLOSED" "marta.manager" "FULL";
    "OHS" "rotterdam-plant" "" 365 -8 "IN_REVIEW" "marta.manager" "FULL";
    "HSE" "truck-01" "" 182 -130 "CLOSED" "ines.auditor" "FULL";
    "HSE" "truck-03" "" 182 -160 "CANCELED" "ines.auditor" "FULL";
}

/// The first day that is told of.
const FIRST: i64 = -722;
/// So many days ahead an audit is made from its schedule.
pub const AHEAD: i64 = 21;

/// One audit of a round.
#[derive(Clone, Copy, Debug)]
pub struct Visit {
    /// Its round.
    pub round: &'static Round,
    /// Day it is due.
    pub due: i64,
    /// Where it stands; empty while it is only scheduled.
    pub state: &'static str,
}

impl Visit {
    /// Day it is made.
    pub fn made(&self) -> i64 {
        (self.due - AHEAD).min(-1)
    }
}

/// All audits that are told of, oldest first.
pub fn visits() -> Vec<Visit> {
    let mut visits = Vec::new();
    for (index, round) in (0_i64..).zip(ROUNDS) {
        let mut due = round.latest;
        while due - round.every > FIRST {
            due -= round.every;
        }
        let mut count = index;
        while due <= 90 {
            let state = match due {
                due if due == round.latest => round.state,
                due if due > AHEAD => "",
                due if due > round.latest => "CREATED",
                // Now and then one does not take place.
                _ if count % 17 == 11 => "CANCELED",
                _ => "CLOSED",
            };
            visits.push(Visit { round, due, state });
            due += round.every;
            count += 1;
        }
    }
    visits.sort_by_key(Visit::made);
    visits
}
