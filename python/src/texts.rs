//! Values of a column in whichever of Arrow's types a producer has them.

use arrow_array::cast::AsArray;
use arrow_array::types::{
    Decimal128Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type, TimestampMicrosecondType,
    TimestampMillisecondType, TimestampNanosecondType, TimestampSecondType, UInt8Type, UInt16Type, UInt32Type,
    UInt64Type,
};
use arrow_array::{Array, ArrayRef, LargeStringArray, StringArray, StringViewArray};
use arrow_schema::{DataType, TimeUnit};
use jiff::Timestamp;
use std::borrow::Cow;

/// A column of texts, or of whole numbers that are read as texts.
#[derive(Debug)]
pub enum Texts {
    Utf8(StringArray),
    Large(LargeStringArray),
    View(StringViewArray),
    Dictionary { keys: Vec<Option<usize>>, values: Box<Texts> },
    Numbers(Vec<Option<i128>>),
    Nothing,
}

impl Texts {
    /// Whether a column of that type can be read.
    pub fn can_be(kind: &DataType) -> bool {
        match kind {
            DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View | DataType::Null => true,
            DataType::Dictionary(_, values) => Self::can_be(values),
            kind => kind.is_integer(),
        }
    }

    pub fn of(array: &ArrayRef) -> Option<Self> {
        Some(match array.data_type() {
            DataType::Utf8 => Self::Utf8(array.as_string().clone()),
            DataType::LargeUtf8 => Self::Large(array.as_string().clone()),
            DataType::Utf8View => Self::View(array.as_string_view().clone()),
            DataType::Null => Self::Nothing,
            DataType::Dictionary(..) => {
                let dictionary = array.as_any_dictionary();
                let (keys, nulls) = (dictionary.normalized_keys(), dictionary.keys().nulls());
                let key = |(row, key): (usize, usize)| nulls.is_none_or(|nulls| nulls.is_valid(row)).then_some(key);
                let keys = keys.into_iter().enumerate().map(key).collect();
                Self::Dictionary { keys, values: Box::new(Self::of(dictionary.values())?) }
            }
            _ => Self::Numbers(whole_numbers(array)?),
        })
    }

    pub fn get(&self, row: usize) -> Option<Cow<'_, str>> {
        match self {
            Self::Utf8(texts) => texts.is_valid(row).then(|| texts.value(row).into()),
            Self::Large(texts) => texts.is_valid(row).then(|| texts.value(row).into()),
            Self::View(texts) => texts.is_valid(row).then(|| texts.value(row).into()),
            Self::Dictionary { keys, values } => values.get(keys[row]?),
            Self::Numbers(numbers) => numbers[row].map(|number| number.to_string().into()),
            Self::Nothing => None,
        }
    }
}

/// Whole numbers of any width; sums of an engine may be decimals without places, or floating.
pub fn whole_numbers(array: &ArrayRef) -> Option<Vec<Option<i128>>> {
    macro_rules! widened {
        ($kind:ty) => {
            array.as_primitive::<$kind>().iter().map(|number| number.map(i128::from)).collect()
        };
    }
    Some(match array.data_type() {
        DataType::Int8 => widened!(Int8Type),
        DataType::Int16 => widened!(Int16Type),
        DataType::Int32 => widened!(Int32Type),
        DataType::Int64 => widened!(Int64Type),
        DataType::UInt8 => widened!(UInt8Type),
        DataType::UInt16 => widened!(UInt16Type),
        DataType::UInt32 => widened!(UInt32Type),
        DataType::UInt64 => widened!(UInt64Type),
        DataType::Decimal128(_, 0) => array.as_primitive::<Decimal128Type>().iter().collect(),
        _ => return None,
    })
}

/// Numbers of a column of floating-point numbers.
pub fn numbers(array: &ArrayRef) -> Option<Vec<Option<f64>>> {
    Some(array.as_primitive_opt::<Float64Type>()?.iter().collect())
}

/// Truth values; none in a column without any value.
pub fn flags(array: &ArrayRef) -> Option<Vec<Option<bool>>> {
    match array.data_type() {
        DataType::Null => Some(vec![None; array.len()]),
        _ => Some(array.as_boolean_opt()?.iter().collect()),
    }
}

/// Moments of a column of timestamps with a time zone; `None` where it is of another type.
pub fn moments(array: &ArrayRef) -> Option<Vec<Option<Timestamp>>> {
    let DataType::Timestamp(unit, Some(_)) = array.data_type() else { return None };
    macro_rules! read {
        ($kind:ty, $from:path) => {
            array.as_primitive::<$kind>().iter().map(|value| $from(value?.into()).ok()).collect()
        };
    }
    Some(match unit {
        TimeUnit::Second => read!(TimestampSecondType, Timestamp::from_second),
        TimeUnit::Millisecond => read!(TimestampMillisecondType, Timestamp::from_millisecond),
        TimeUnit::Microsecond => read!(TimestampMicrosecondType, Timestamp::from_microsecond),
        TimeUnit::Nanosecond => read!(TimestampNanosecondType, Timestamp::from_nanosecond),
    })
}
