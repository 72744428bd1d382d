//! The command that runs a broker.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use crate::error::{At, Result};
use crate::guard::Guard;
use crate::launch::{Ending, Launch};
use crate::{ports, tool};

const GUARDED: &str = include_str!("../../assets/guarded.properties.tmpl");
const PROPERTIES: &str = include_str!("../../assets/server.properties.tmpl");
const LOGGING: &str = include_str!("../../assets/log4j2.yaml");

/// Less heap than Kafka's own default, and the collector that costs least with it.
const JVM: [&str; 4] = ["-Xmx512m", "-XX:+UseSerialGC", "-XX:-UsePerfData", "-Djava.awt.headless=true"];

/// For a tool, which is over before compiling its code pays.
pub(super) const TOOL: [&str; 3] = ["-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"];

/// A broker to be.
pub(super) struct Broker<'a> {
    pub jars: &'a Path,
    /// Holds its settings.
    pub folder: PathBuf,
    pub data: PathBuf,
    pub log: PathBuf,
    pub port: u16,
    pub mark: &'a str,
    pub guard: Option<&'a Guard>,
    /// Further flags of the JVM.
    pub flags: Vec<String>,
    pub ending: Ending,
}

impl Broker<'_> {
    /// Writes its settings, and says how to start it.
    pub(super) fn launch(self) -> Result<Launch> {
        let settings = settings(&self.folder, &self.data, self.port, self.guard)?;
        let mut args: Vec<OsString> = JVM.map(OsString::from).into();
        args.extend(self.flags.into_iter().map(OsString::from));
        args.push(format!("-Datelier.stack={}", self.mark).into());
        args.push(logging(&self.folder)?);
        args.extend(["-cp".into(), classpath(self.jars)?, "kafka.Kafka".into(), settings.into()]);
        Ok(Launch {
            name: "kafka",
            program: tool::JAVA.path()?,
            args,
            folder: self.folder,
            log: self.log,
            account: None,
            ending: self.ending,
        })
    }
}

/// Writes `server.properties` for a broker on this port and a controller on any other.
pub(super) fn settings(folder: &Path, data: &Path, port: u16, guard: Option<&Guard>) -> Result<PathBuf> {
    let file = folder.join("server.properties");
    let guarded = guard.map(|guard| guard.fill(GUARDED)).unwrap_or_default();
    let text = [PROPERTIES, &guarded]
        .concat()
        .replace("@DATA_DIR@", &data.display().to_string())
        .replace("@HOST@", "127.0.0.1")
        .replace("@PORT@", &port.to_string())
        .replace("@CPORT@", &ports::pick(0)?.to_string());
    fs::write(&file, text).at(&file)?;
    Ok(file)
}

/// Writes the logging settings, and gives the flag that names them.
pub(super) fn logging(folder: &Path) -> Result<OsString> {
    let file = folder.join("log4j2.yaml");
    fs::write(&file, LOGGING).at(&file)?;
    let mut flag = OsString::from("-Dlog4j2.configurationFile=");
    flag.push(file);
    Ok(flag)
}

/// All jars, named one by one and sorted: the class archive is valid for this order only.
pub(super) fn classpath(jars: &Path) -> Result<OsString> {
    let entries: Vec<_> = fs::read_dir(jars).and_then(Iterator::collect).at(jars)?;
    let mut files: Vec<OsString> = entries.into_iter().map(|entry: fs::DirEntry| entry.path().into()).collect();
    files.sort();
    Ok(files.join(":".as_ref()))
}
