//! What an answer costs, in exact decimals: no floating point touches money.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::Usage;

/// Millionths in one unit of the currency: the finest price there is.
const MICRO: u64 = 1_000_000;

/// The price of a million tokens, in units of the currency, exact to six decimals (`"0.15"`).
///
/// Six decimals per million tokens are twelve per token, which is what a stored cost keeps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "Written", into = "String")]
pub struct Price(u64);

/// Not a price: negative, more than six decimals, or no number at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a price is a decimal like 0.15, not negative, with at most six decimals")]
pub struct BadPrice;

impl FromStr for Price {
    type Err = BadPrice;

    fn from_str(text: &str) -> Result<Self, BadPrice> {
        let (whole, decimals) = text.split_once('.').unwrap_or((text, "0"));
        let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
        if !digits(whole) || !digits(decimals) || decimals.len() > 6 {
            return Err(BadPrice);
        }
        let micros: u64 = format!("{decimals:0<6}").parse().map_err(|_| BadPrice)?;
        let whole: u64 = whole.parse().map_err(|_| BadPrice)?;
        whole.checked_mul(MICRO).and_then(|w| w.checked_add(micros)).map(Self).ok_or(BadPrice)
    }
}

impl fmt::Display for Price {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&decimal(u128::from(self.0), 6))
    }
}

impl From<Price> for String {
    fn from(price: Price) -> Self {
        price.to_string()
    }
}

/// A price in a file is a string; one from the environment has become a number by the time it gets here.
#[derive(Deserialize)]
#[serde(untagged)]
enum Written {
    Text(String),
    Whole(u64),
    Float(f64),
}

impl TryFrom<Written> for Price {
    type Error = BadPrice;

    fn try_from(written: Written) -> Result<Self, BadPrice> {
        match written {
            Written::Text(text) => text.parse(),
            Written::Whole(number) => number.to_string().parse(),
            Written::Float(number) => number.to_string().parse(),
        }
    }
}

/// What a model costs, and which price list says so.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Prices {
    /// A million tokens of prompt.
    pub prompt: Price,
    /// A million tokens of answer, thinking included.
    pub completion: Price,
    /// ISO 4217: `USD`.
    pub currency: String,
    /// The version of the price list; it goes into the event, so that an invoice can be recomputed.
    pub price_list: String,
}

impl Prices {
    /// Exactly what this usage costs; nothing is rounded.
    pub fn cost(&self, usage: &Usage) -> Cost {
        let part = |tokens: u64, price: Price| u128::from(tokens) * u128::from(price.0);
        let amount = part(usage.prompt_tokens, self.prompt) + part(usage.completion_tokens, self.completion);
        Cost { amount: decimal(amount, 12), currency: self.currency.clone(), price_list: self.price_list.clone() }
    }
}

/// An amount of money.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cost {
    /// A decimal string with up to twelve decimals, no exponent, no trailing zeros.
    pub amount: String,
    pub currency: String,
    pub price_list: String,
}

/// `value` × 10^-`places` as a decimal without trailing zeros.
fn decimal(value: u128, places: usize) -> String {
    let digits = format!("{value:0>width$}", width = places + 1);
    let (whole, decimals) = digits.split_at(digits.len() - places);
    match decimals.trim_end_matches('0') {
        "" => whole.to_owned(),
        decimals => format!("{whole}.{decimals}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prices(prompt: &str, completion: &str) -> Prices {
        Prices {
            prompt: prompt.parse().unwrap(),
            completion: completion.parse().unwrap(),
            currency: "USD".into(),
            price_list: "2026-11".into(),
        }
    }

    fn usage(prompt_tokens: u64, completion_tokens: u64) -> Usage {
        Usage {
            prompt_tokens,
            completion_tokens,
            reasoning_tokens: None,
            total_tokens: prompt_tokens + completion_tokens,
        }
    }

    #[test]
    fn a_cost_is_exact_to_the_last_token() {
        assert_eq!(prices("0.15", "0.6").cost(&usage(26, 12)).amount, "0.0000111");
        assert_eq!(prices("0.000001", "0").cost(&usage(1, 7)).amount, "0.000000000001");
        assert_eq!(prices("3", "15").cost(&usage(1_000_000, 1_000_000)).amount, "18");
        assert_eq!(prices("0", "0").cost(&usage(1, 1)).amount, "0");
    }

    #[test]
    fn a_price_is_a_plain_decimal() {
        for bad in ["", "-1", "1e3", ".5", "1.", "0.0000001", "1,5", "99999999999999999999"] {
            assert_eq!(bad.parse::<Price>(), Err(BadPrice), "{bad}");
        }
        assert_eq!("12.50".parse::<Price>().unwrap().to_string(), "12.5");
    }

    #[test]
    fn a_number_from_the_environment_is_a_price_too() {
        assert_eq!(serde_json::from_str::<Price>("0.15").unwrap(), "0.15".parse().unwrap());
        assert_eq!(serde_json::from_str::<Price>("3").unwrap(), "3".parse().unwrap());
        assert_eq!(serde_json::from_str::<Price>("\"0.6\"").unwrap(), "0.6".parse().unwrap());
    }
}
