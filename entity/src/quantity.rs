//! Exact quantities, points and scores.

use std::fmt;

use rust_decimal::Decimal;
use sea_orm::sea_query::{ArrayType, ColumnType, Nullable, ValueType, ValueTypeErr};
use sea_orm::{ColIdx, DbErr, QueryResult, TryGetError, TryGetable, Value};
use serde::{Deserialize, Serialize};

/// Digits after the point that the stores keep.
pub const SCALE: u32 = 6;

/// Digits in all that the stores keep.
pub const PRECISION: u32 = 18;

/// An exact decimal with 12 digits before and 6 after the point.
///
/// PostgreSQL keeps it as `NUMERIC(18,6)`. SQLite has no exact decimals, so there it is an integer of millionths,
/// which orders and compares exactly. Reading knows both forms. **Writing through an `ActiveModel` or a bound
/// [`Value`] does not scale**: the value is bound as the decimal it is. The project's own writer binds
/// [`Quantity::to_millionths`] on SQLite, and so does every filter on such a column.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Quantity(pub Decimal);

impl Quantity {
    /// The greatest number of millionths that fits: 999999999999.999999.
    pub const MAX_MILLIONTHS: i64 = 999_999_999_999_999_999;

    /// The quantity of so many millionths.
    pub fn from_millionths(millionths: i64) -> Self {
        Self(Decimal::new(millionths, SCALE))
    }

    /// The quantity in millionths, or nothing when it has more digits than the stores keep.
    pub fn to_millionths(self) -> Option<i64> {
        let mut scaled = self.0.normalize();
        if scaled.scale() > SCALE {
            return None;
        }
        scaled.rescale(SCALE);
        // A value too great to be rescaled keeps a smaller scale.
        if scaled.scale() != SCALE {
            return None;
        }
        <i64 as TryFrom<i128>>::try_from(scaled.mantissa())
            .ok()
            .filter(|millionths| (-Self::MAX_MILLIONTHS..=Self::MAX_MILLIONTHS).contains(millionths))
    }
}

impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.normalize().fmt(f)
    }
}

impl From<Decimal> for Quantity {
    fn from(value: Decimal) -> Self {
        Self(value)
    }
}

impl From<Quantity> for Decimal {
    fn from(value: Quantity) -> Self {
        value.0
    }
}

impl From<Quantity> for Value {
    fn from(value: Quantity) -> Self {
        value.0.into()
    }
}

impl TryGetable for Quantity {
    fn try_get_by<I: ColIdx>(row: &QueryResult, index: I) -> Result<Self, TryGetError> {
        // None: not a row of PostgreSQL, or not a decimal there.
        if let Some(decimal) = row.try_get_from_sqlx_postgres::<Decimal, I>(index) {
            return decimal.map(Self);
        }
        i64::try_get_by(row, index).map(Self::from_millionths)
    }
}

impl ValueType for Quantity {
    fn try_from(value: Value) -> Result<Self, ValueTypeErr> {
        <Decimal as ValueType>::try_from(value).map(Self)
    }

    fn type_name() -> String {
        "Quantity".to_owned()
    }

    fn array_type() -> ArrayType {
        ArrayType::Decimal
    }

    fn column_type() -> ColumnType {
        ColumnType::Decimal(Some((PRECISION, SCALE)))
    }
}

impl Nullable for Quantity {
    fn null() -> Value {
        <Decimal as Nullable>::null()
    }
}

impl sea_orm::TryFromU64 for Quantity {
    fn try_from_u64(_: u64) -> Result<Self, DbErr> {
        Err(DbErr::ConvertFromU64("Quantity"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quantity(text: &str) -> Quantity {
        Quantity(text.parse().expect("a decimal"))
    }

    #[test]
    fn millionths_come_back_as_they_went() {
        for text in ["0", "12.5", "-0.000001", "999999999999.999999", "-999999999999.999999", "1.500000000"] {
            let value = quantity(text);
            let millionths = value.to_millionths().expect("in range");
            assert_eq!(Quantity::from_millionths(millionths), value, "{text}");
        }
    }

    #[test]
    fn what_the_stores_cannot_keep_is_refused() {
        for text in ["0.0000001", "1000000000000", "79228162514264337593543950335"] {
            assert_eq!(quantity(text).to_millionths(), None, "{text}");
        }
    }

    #[test]
    fn the_order_of_millionths_is_the_order_of_quantities() {
        let (small, great) = (quantity("9.5"), quantity("10.25"));
        assert!(small < great && small.to_millionths() < great.to_millionths());
    }
}
