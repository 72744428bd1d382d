//! Whose tokens are counted.

/// Who has a budget of tokens for a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BudgetHolder {
    Person,
    /// All people of an organisation together.
    Tenant,
}

impl std::fmt::Display for BudgetHolder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Person => "your",
            Self::Tenant => "your organisation's",
        })
    }
}
