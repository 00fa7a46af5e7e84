use rust_decimal::Decimal;
pub fn from_millionths(v: i64) -> Decimal {
    Decimal::new(v, 6)
}
pub fn to_millionths(v: Decimal) -> i64 {
    let mut v = v;
    v.rescale(6);
    i64::try_from(v.mantissa()).unwrap_or(i64::MAX)
}
