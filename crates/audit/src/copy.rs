//! Many rows quickly: `COPY … TO STDOUT (FORMAT binary)`, and its fields.

use bytes::{Buf, Bytes};
use chrono::{DateTime, Utc};
use futures::TryStreamExt;
use sqlx::PgPool;
use sqlx::postgres::PgPoolCopyExt;
use tokio::sync::mpsc;

use crate::Error;

/// Rows that travel together.
const BATCH: usize = 2_048;

/// What every binary copy begins with.
const SIGNATURE: &[u8] = b"PGCOPY\n\xff\r\n\0";
/// The signature, flags, and the length of an extension that there never was.
const HEADER: usize = SIGNATURE.len() + 8;

/// 2000-01-01, from which Postgres counts, in microseconds of Unix time.
const EPOCH: i64 = 946_684_800_000_000;

/// Rows as they came, in batches, until nobody takes them any more.
pub async fn rows(pool: PgPool, query: String, batches: mpsc::Sender<Vec<Bytes>>) -> Result<(), Error> {
    let mut copied = pool.copy_out_raw(&format!("copy ({query}) to stdout (format binary)")).await?;
    let mut batch = Vec::with_capacity(BATCH);
    let mut is_first = true;
    while let Some(mut row) = copied.try_next().await? {
        if std::mem::take(&mut is_first) && row.starts_with(SIGNATURE) {
            row.advance(HEADER);
        }
        if row.is_empty() || row.as_ref() == [0xff, 0xff] {
            continue; // the header alone, or the end
        }
        batch.push(row);
        if batch.len() == BATCH && batches.send(std::mem::replace(&mut batch, Vec::with_capacity(BATCH))).await.is_err()
        {
            return Ok(());
        }
    }
    if !batch.is_empty() {
        let _ = batches.send(batch).await;
    }
    Ok(())
}

/// The fields of one row, in the order of the query.
pub struct Fields<'a>(&'a [u8]);

impl<'a> Fields<'a> {
    pub fn of(row: &'a [u8]) -> Result<Self, Error> {
        row.get(2..).map(Self).ok_or(Error::Form("a row without a number of fields"))
    }

    /// `None`: null.
    pub fn next(&mut self) -> Result<Option<&'a [u8]>, Error> {
        let (length, rest) = self.0.split_first_chunk::<4>().ok_or(Error::Form("a field is missing"))?;
        let length = i32::from_be_bytes(*length);
        if length < 0 {
            self.0 = rest;
            return Ok(None);
        }
        let (field, rest) = rest.split_at_checked(length as usize).ok_or(Error::Form("a field is cut off"))?;
        self.0 = rest;
        Ok(Some(field))
    }

    fn some(&mut self) -> Result<&'a [u8], Error> {
        self.next()?.ok_or(Error::Form("an unexpected null"))
    }

    pub fn text(&mut self) -> Result<&'a str, Error> {
        self.maybe_text()?.ok_or(Error::Form("an unexpected null"))
    }

    pub fn maybe_text(&mut self) -> Result<Option<&'a str>, Error> {
        self.next()?
            .map(|bytes| std::str::from_utf8(bytes).map_err(|_| Error::Form("a text that is not UTF-8")))
            .transpose()
    }

    pub fn bytes(&mut self) -> Result<&'a [u8], Error> {
        self.some()
    }

    pub fn int8(&mut self) -> Result<i64, Error> {
        self.some()?.try_into().map(i64::from_be_bytes).map_err(|_| Error::Form("a bigint of another length"))
    }

    pub fn int4(&mut self) -> Result<i32, Error> {
        self.some()?.try_into().map(i32::from_be_bytes).map_err(|_| Error::Form("an integer of another length"))
    }

    pub fn time(&mut self) -> Result<DateTime<Utc>, Error> {
        let micros = self.int8()?.checked_add(EPOCH).ok_or(Error::Form("a time out of range"))?;
        DateTime::from_timestamp_micros(micros).ok_or(Error::Form("a time out of range"))
    }

    /// The text of a `jsonb`.
    pub fn json(&mut self) -> Result<&'a [u8], Error> {
        match self.some()?.split_first() {
            Some((1, text)) => Ok(text),
            _ => Err(Error::Form("a jsonb of another version")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(bytes: &[u8]) -> Vec<u8> {
        [&(bytes.len() as i32).to_be_bytes(), bytes].concat()
    }

    #[test]
    fn fields_come_in_order_and_null_is_none() {
        let row =
            [vec![0, 4], field(b"abc"), (-1_i32).to_be_bytes().to_vec(), field(&7_i64.to_be_bytes()), field(b"\x01{}")];
        let row = row.concat();
        let mut fields = Fields::of(&row).unwrap();
        assert_eq!(fields.text().unwrap(), "abc");
        assert_eq!(fields.maybe_text().unwrap(), None);
        assert_eq!(fields.int8().unwrap(), 7);
        assert_eq!(fields.json().unwrap(), b"{}");
        assert!(fields.next().is_err());
    }

    #[test]
    fn a_row_that_is_cut_off_is_an_error() {
        let row = [vec![0, 1], field(b"abc")].concat();
        for end in 2..row.len() {
            assert!(Fields::of(&row[..end]).unwrap().text().is_err(), "{end}");
        }
    }

    #[test]
    fn times_count_from_2000() {
        let row = [vec![0, 1], field(&0_i64.to_be_bytes())].concat();
        assert_eq!(Fields::of(&row).unwrap().time().unwrap().to_rfc3339(), "2000-01-01T00:00:00+00:00");
    }
}
