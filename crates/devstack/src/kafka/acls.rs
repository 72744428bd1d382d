//! Kafka's own tool for grants, as a command in a folder.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use super::{broker, files, training};
use crate::error::{At, Result};
use crate::guard::Guard;
use crate::options::Patience;
use crate::tool;

const ADMIN: &str = include_str!("../../assets/admin.properties.tmpl");

/// Writes the command `kafka-acls` as Kafka's distributions have it, and `admin.properties`, with which it comes in
/// as the one who may do everything. Where paths hold a quote, the command does not work.
pub async fn acl_tool(guard: &Guard, folder: &Path) -> Result<()> {
    let files = files::files(&Patience::default(), &|_: &str| {}).await?;
    let archive = files.archive.iter().flat_map(|archive| training::use_archive(archive));
    let flags = broker::TOOL.map(str::to_owned).into_iter().chain(archive).collect::<Vec<_>>().join("' '");
    let command = format!(
        "#!/bin/sh\nexec '{}' '{flags}' '{}' -Dkafka.log.level=WARN -cp '{}' org.apache.kafka.tools.AclCommand \"$@\"\n",
        tool::JAVA.path()?.display(),
        shown(&broker::logging(folder)?),
        shown(&broker::classpath(&files.jars)?),
    );
    let file = folder.join("kafka-acls");
    fs::write(&file, command).at(&file)?;
    fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).at(&file)?;
    let settings = folder.join("admin.properties");
    fs::write(&settings, guard.fill(ADMIN)).at(&settings)
}

fn shown(text: &OsStr) -> std::borrow::Cow<'_, str> {
    text.to_string_lossy()
}
