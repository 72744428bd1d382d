//! An answer as it grows: what the model said, parsed; what it used; and how it ended.

use events::stream::Piece as Published;
use llm::{Chunk, FileChange, FileOp, FinishReason, Parser, Piece, Prices, Usage};
use rpc::command::v1 as wire;

use crate::budget::prompt_tokens;
use crate::notes;
use crate::request::Brief;

pub struct Answer {
    parser: Parser,
    prices: Option<Prices>,
    usage: Option<Usage>,
    /// Tokens of the prompt and deltas of the answer, to count by where the server does not.
    prompt_tokens: u64,
    deltas: u64,
    /// The most tokens the model was asked to say.
    limit: Option<u64>,
}

/// How an attempt stopped.
pub enum End {
    Completed(FinishReason),
    Failed {
        code: String,
        retryable: bool,
    },
    Cancelled,
    /// The worker shuts down; another one begins again.
    Released,
}

impl End {
    pub fn failed(code: &str, retryable: bool) -> Self {
        Self::Failed { code: code.to_owned(), retryable }
    }

    /// Whether the model came to its own end: it meant even a file that it did not close to be like this.
    const fn is_whole(&self) -> bool {
        matches!(self, Self::Completed(FinishReason::Stop))
    }
}

/// Everything the terminal event says about the answer itself.
pub struct Ended {
    pub end: End,
    pub explanation: String,
    pub reasoning: String,
    pub changes: Vec<FileChange>,
    pub usage: Usage,
    pub cost: wire::Cost,
}

impl Answer {
    pub fn new(brief: &Brief, prices: Option<Prices>) -> Self {
        let prompt_tokens = prompt_tokens(&brief.prompt.messages).into();
        let limit = brief.prompt.max_tokens.map(u64::from);
        Self { parser: Parser::new(brief.files.clone()), prices, usage: None, prompt_tokens, deltas: 0, limit }
    }

    /// What the browser should hear of this chunk.
    pub fn hear(&mut self, chunk: Chunk) -> Vec<Published> {
        match chunk {
            Chunk::Text(text) => {
                self.deltas += 1;
                self.parser.push(&text).into_iter().map(published).collect()
            }
            Chunk::Reasoning(text) => {
                self.deltas += 1;
                self.parser.reasoning(&text).into_iter().map(published).collect()
            }
            Chunk::Usage(usage) => {
                self.usage = Some(usage);
                Vec::new()
            }
            Chunk::Finished(_) => Vec::new(),
        }
    }

    /// Whether the model goes on although it was asked to stop here.
    pub fn is_too_long(&self) -> bool {
        let counted = self.usage.map_or(0, |usage| usage.completion_tokens);
        self.limit.is_some_and(|limit| self.deltas.max(counted) > limit)
    }

    /// The last pieces for the browser, and the account of the attempt.
    ///
    /// A file that was still being written when the answer broke off or was cut off is not part of any version.
    pub fn end(self, end: End) -> (Vec<Published>, Ended) {
        let usage = self.usage();
        let cost = self.cost(&usage);
        let (last, mut parsed) = self.parser.finish();
        let open: Vec<_> = if end.is_whole() { Vec::new() } else { notes::unclosed(&parsed.problems) };
        let unfinished = |path: &str| open.iter().any(|open| open == path);
        let mut pieces: Vec<Published> = last
            .into_iter()
            .filter(|piece| !matches!(piece, Piece::File(change) if unfinished(&change.path)))
            .map(published)
            .collect();
        if let Some(note) = notes::of(&parsed.problems, &end, &open, self.limit) {
            parsed.explanation.push_str(&note);
            pieces.push(Published::Explanation { delta: note });
        }
        let changes = parsed.changes.iter().filter(|change| !unfinished(&change.path)).cloned().collect();
        pieces.push(Published::Usage {
            usage: domain_usage(&usage),
            cost: Some(domain::Cost {
                amount: cost.amount.clone(),
                currency: cost.currency.clone(),
                price_list: cost.price_list.clone(),
            }),
        });
        let explanation = std::mem::take(&mut parsed.explanation);
        let reasoning = std::mem::take(&mut parsed.reasoning);
        (pieces, Ended { end, explanation, reasoning, changes, usage, cost })
    }

    /// As the server counted; else one token a delta, and four characters a token for the prompt.
    fn usage(&self) -> Usage {
        self.usage.unwrap_or_else(|| Usage {
            prompt_tokens: self.prompt_tokens,
            completion_tokens: self.deltas,
            reasoning_tokens: None,
            total_tokens: self.prompt_tokens + self.deltas,
        })
    }

    fn cost(&self, usage: &Usage) -> wire::Cost {
        self.prices.as_ref().map_or_else(
            || wire::Cost { amount: "0".into(), currency: "USD".into(), price_list: "none".into() },
            |prices| {
                let cost = prices.cost(usage);
                wire::Cost { amount: cost.amount, currency: cost.currency, price_list: cost.price_list }
            },
        )
    }
}

fn published(piece: Piece) -> Published {
    match piece {
        Piece::Reasoning(delta) => Published::Reasoning { delta },
        Piece::Explanation(delta) => Published::Explanation { delta },
        Piece::Code { path, delta, edit } => Published::Code { path, delta, edit },
        Piece::File(FileChange { path, op, content }) => match op {
            FileOp::Create => Published::File { path, op: domain::FileOp::Create, from: None, content: None },
            FileOp::Patch => Published::File { path, op: domain::FileOp::Patch, from: None, content },
            FileOp::Rename { from } => Published::File { path, op: domain::FileOp::Rename, from: Some(from), content },
            FileOp::Delete => Published::File { path, op: domain::FileOp::Delete, from: None, content: None },
        },
    }
}

fn domain_usage(usage: &Usage) -> domain::Usage {
    domain::Usage {
        prompt_tokens: usage.prompt_tokens as i64,
        completion_tokens: usage.completion_tokens as i64,
        reasoning_tokens: usage.reasoning_tokens.map(|tokens| tokens as i64),
        total_tokens: usage.total_tokens as i64,
    }
}

/// A change as the command takes it.
pub fn wire_change(change: FileChange) -> wire::FileChange {
    let (op, from) = match change.op {
        FileOp::Create => ("create", None),
        FileOp::Patch => ("patch", None),
        FileOp::Rename { from } => ("rename", Some(from)),
        FileOp::Delete => ("delete", None),
    };
    wire::FileChange { path: change.path, op: op.to_owned(), content: change.content, from }
}
