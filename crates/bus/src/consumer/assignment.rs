//! Which partitions a member has.

use std::collections::BTreeSet;

use crate::Partition;

/// The partitions of a member, and how it came by them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Assignment {
    /// Ours now.
    pub partitions: BTreeSet<Partition>,
    /// How often the group has given us partitions or taken some away.
    pub changes: u64,
    /// How often partitions were lost without notice, because the group believed us dead. Others may
    /// have had them meanwhile, and what was finished last may not be committed.
    pub losses: u64,
}
