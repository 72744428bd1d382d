//! Rows as Parquet: typed columns, so that any tool can sum them.

use std::io::Write;
use std::sync::Arc;

use parquet::basic::{Compression, ZstdLevel};
use parquet::data_type::{ByteArray, ByteArrayType, FixedLenByteArray, FixedLenByteArrayType, Int32Type, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedColumnWriter, SerializedFileWriter};
use parquet::schema::parser::parse_message_type;

use crate::columns::{COLUMNS, Cell, Column, Kind, scaled};

/// Rows of one group: what is held in memory before it is written.
const GROUP: usize = 20_000;
/// Bytes of a decimal with 28 digits.
const DECIMAL_BYTES: i32 = 12;

/// A Parquet file in the making.
pub struct Table<W: Write + Send> {
    writer: SerializedFileWriter<W>,
    rows: Vec<Vec<Cell>>,
}

impl<W: Write + Send> Table<W> {
    pub fn new(out: W) -> Result<Self, ParquetError> {
        let schema = Arc::new(parse_message_type(&schema())?);
        let properties = WriterProperties::builder()
            .set_compression(Compression::ZSTD(ZstdLevel::try_new(3)?))
            .set_created_by(format!("atelier {}", env!("CARGO_PKG_VERSION")));
        let writer = SerializedFileWriter::new(out, schema, Arc::new(properties.build()))?;
        Ok(Self { writer, rows: Vec::new() })
    }

    pub fn write(&mut self, row: Vec<Cell>) -> Result<(), ParquetError> {
        self.rows.push(row);
        if self.rows.len() >= GROUP { self.flush() } else { Ok(()) }
    }

    /// Writes what is left and the footer.
    pub fn finish(mut self) -> Result<W, ParquetError> {
        self.flush()?;
        self.writer.into_inner()
    }

    fn flush(&mut self) -> Result<(), ParquetError> {
        if self.rows.is_empty() {
            return Ok(());
        }
        let mut group = self.writer.next_row_group()?;
        for (place, column) in COLUMNS.iter().enumerate() {
            let Some(mut writer) = group.next_column()? else { break };
            let cells = self.rows.iter().map(|row| row.get(place).unwrap_or(&Cell::Nothing));
            write_column(&mut writer, column, cells)?;
            writer.close()?;
        }
        group.close()?;
        self.rows.clear();
        Ok(())
    }
}

/// The columns in Parquet's own notation.
fn schema() -> String {
    let field = |column: &Column| {
        let repetition = if column.nullable { "optional" } else { "required" };
        let name = column.name;
        match column.kind {
            Kind::Text => format!("{repetition} binary {name} (STRING);"),
            Kind::Int => format!("{repetition} int32 {name};"),
            Kind::Long => format!("{repetition} int64 {name};"),
            Kind::Time => format!("{repetition} int64 {name} (TIMESTAMP(MICROS,true));"),
            Kind::Decimal => format!("{repetition} fixed_len_byte_array({DECIMAL_BYTES}) {name} (DECIMAL(28,12));"),
        }
    };
    format!("message event {{ {} }}", COLUMNS.iter().map(field).collect::<String>())
}

fn write_column<'a>(
    writer: &mut SerializedColumnWriter<'_>,
    column: &Column,
    cells: impl Iterator<Item = &'a Cell> + Clone,
) -> Result<(), ParquetError> {
    let levels: Vec<i16> = cells.clone().map(|cell| i16::from(*cell != Cell::Nothing)).collect();
    let levels = column.nullable.then_some(levels.as_slice());
    match column.kind {
        Kind::Text => {
            let texts: Vec<_> = cells.filter_map(text).map(ByteArray::from).collect();
            writer.typed::<ByteArrayType>().write_batch(&texts, levels, None)
        }
        Kind::Int => {
            let numbers: Vec<_> = cells.filter_map(number).map(|number| number as i32).collect();
            writer.typed::<Int32Type>().write_batch(&numbers, levels, None)
        }
        Kind::Long | Kind::Time => {
            let numbers: Vec<_> = cells.filter_map(number).collect();
            writer.typed::<Int64Type>().write_batch(&numbers, levels, None)
        }
        Kind::Decimal => {
            let amounts: Vec<_> = cells.filter_map(text).map(decimal).collect::<Result<_, _>>()?;
            writer.typed::<FixedLenByteArrayType>().write_batch(&amounts, levels, None)
        }
    }?;
    Ok(())
}

fn text(cell: &Cell) -> Option<&str> {
    if let Cell::Text(text) = cell { Some(text) } else { None }
}

fn number(cell: &Cell) -> Option<i64> {
    if let Cell::Number(number) = cell { Some(*number) } else { None }
}

/// Two's complement, the highest byte first.
fn decimal(text: &str) -> Result<FixedLenByteArray, ParquetError> {
    let scaled = scaled(text).ok_or_else(|| ParquetError::General(format!("{text} is no amount")))?;
    let bytes = scaled.to_be_bytes();
    let skipped = bytes.len() - DECIMAL_BYTES as usize;
    Ok(bytes.get(skipped..).unwrap_or_default().to_vec().into())
}
