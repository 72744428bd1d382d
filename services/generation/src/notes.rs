//! What an answer says at its end about itself: what of it could not be done, and where it was cut off.

use llm::{FinishReason, Problem};

use crate::answer::End;

/// The files that were still being written at the end.
pub fn unclosed(problems: &[Problem]) -> Vec<String> {
    let paths = problems.iter().filter_map(|problem| match problem {
        Problem::Unclosed { path } => Some(path.clone()),
        _ => None,
    });
    paths.collect()
}

/// `left` are the unfinished files that no version gets; `limit` the tokens the model was asked for at most.
pub fn of(problems: &[Problem], end: &End, left: &[String], limit: Option<u64>) -> Option<String> {
    let told = problems.iter().filter(|problem| !matches!(problem, Problem::Unclosed { .. }));
    let mut lines: Vec<_> = told.map(|problem| format!("> Not applied: {problem}.")).collect();
    if let Some(why) = cut(end, left, limit) {
        lines.push(format!("> Cut off: {why}.{} Ask it to go on.", as_they_were(left)));
    }
    (!lines.is_empty()).then(|| format!("\n\n{}", lines.join("\n")))
}

/// Why a completed answer is not all that the model had to say. One that failed or was stopped says so elsewhere.
fn cut(end: &End, left: &[String], limit: Option<u64>) -> Option<String> {
    match end {
        End::Completed(FinishReason::Length) => Some(limit.map_or_else(
            || "the answer reached its limit of tokens".to_owned(),
            |limit| format!("the answer reached its limit of {limit} tokens"),
        )),
        End::Completed(FinishReason::Other(word)) if !left.is_empty() => {
            Some(format!("the model's server ended the answer with `{word}`"))
        }
        End::Completed(_) | End::Failed { .. } | End::Cancelled | End::Released => None,
    }
}

fn as_they_were(left: &[String]) -> String {
    left.iter().map(|path| format!(" `{path}` was not finished and stays as it was.")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn length() -> End {
        End::Completed(FinishReason::Length)
    }

    #[test]
    fn an_answer_at_its_limit_says_so_and_which_file_it_did_not_finish() {
        let problems = [Problem::Unclosed { path: "src/App.tsx".into() }];
        let note = of(&problems, &length(), &unclosed(&problems), Some(4096)).unwrap();
        assert_eq!(
            note,
            "\n\n> Cut off: the answer reached its limit of 4096 tokens. `src/App.tsx` was not finished and stays as it was. Ask it to go on."
        );
        assert!(of(&[], &length(), &[], None).unwrap().contains("its limit of tokens. Ask"));
    }

    #[test]
    fn a_server_s_own_word_for_the_end_matters_only_where_it_cost_a_file() {
        let end = End::Completed(FinishReason::Other("content_filter".into()));
        assert_eq!(of(&[], &end, &[], None), None);
        assert!(of(&[], &end, &["a.css".into()], None).unwrap().contains("ended the answer with `content_filter`"));
    }

    #[test]
    fn a_whole_answer_says_nothing_of_itself() {
        let unclosed = [Problem::Unclosed { path: "a.css".into() }];
        assert_eq!(of(&unclosed, &End::Completed(FinishReason::Stop), &[], Some(10)), None);
        assert_eq!(of(&unclosed, &End::Cancelled, &["a.css".into()], Some(10)), None);
    }
}
