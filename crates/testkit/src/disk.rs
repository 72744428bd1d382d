//! A small disk for a server's data, so that a story can fill it: a tmpfs in a folder of its own.

use std::fs::{self, File};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

/// The start of the name of every mounted folder; the number of the process that mounted it follows.
const FOLDER: &str = "atelier-disk-";

/// What takes all the room that is left.
const FILLER: &str = "filler";

/// A mounted disk; it is unmounted, and all on it gone, when dropped.
pub struct Disk {
    folder: TempDir,
}

impl Disk {
    /// Mounts one of this size. Says why not where that is not allowed, as it is for ordinary users.
    pub fn mount(mebibytes: u32) -> anyhow::Result<Self> {
        sweep();
        let name = format!("{FOLDER}{}-", std::process::id());
        // The server on it may run as another user.
        let open = fs::Permissions::from_mode(0o711);
        let folder = tempfile::Builder::new().prefix(&name).permissions(open).tempdir()?;
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", &format!("size={mebibytes}m,mode=0711"), "tmpfs"]).arg(folder.path());
        let output = mount.output()?;
        anyhow::ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr).trim());
        Ok(Self { folder })
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Takes all the room there is at this moment. What others free afterwards is there for another call.
    pub fn fill(&self) -> std::io::Result<()> {
        let mut filler = File::options().create(true).append(true).open(self.path().join(FILLER))?;
        for size in [1 << 20, 1 << 12, 1] {
            let zeros = vec![0; size];
            while let Err(error) = repeat(&mut filler, &zeros) {
                match error.kind() {
                    ErrorKind::StorageFull => break,
                    ErrorKind::Interrupted => {}
                    _ => return Err(error),
                }
            }
        }
        Ok(())
    }

    /// Gives back what [`fill`](Self::fill) took.
    pub fn make_room(&self) -> std::io::Result<()> {
        fs::remove_file(self.path().join(FILLER))
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        unmount(self.path());
    }
}

/// Writes until an error comes; on a disk with an end, one does.
fn repeat(file: &mut File, bytes: &[u8]) -> std::io::Result<()> {
    loop {
        file.write_all(bytes)?;
    }
}

/// Out of sight at once; gone when the last server on it has ended.
fn unmount(folder: &Path) {
    let unmounted = Command::new("umount").arg("--lazy").arg(folder).status();
    if !unmounted.is_ok_and(|status| status.success()) {
        let _ = writeln!(std::io::stderr(), "{} is still mounted: umount --lazy it", folder.display());
    }
}

/// Unmounts the disks of tests that were killed before they could.
fn sweep() {
    let mounts = fs::read_to_string("/proc/self/mounts").unwrap_or_default();
    for folder in mounts
        .lines()
        .filter_map(|line| line.split(' ').nth(1))
        .map(PathBuf::from)
        .filter(|folder| is_abandoned(folder))
    {
        unmount(&folder);
        let _ = fs::remove_dir(&folder); // only empty, that is, unmounted
    }
}

fn is_abandoned(folder: &Path) -> bool {
    let name = folder.file_name().and_then(|name| name.to_str()).and_then(|name| name.strip_prefix(FOLDER));
    let owner = name.and_then(|rest| rest.split('-').next()).and_then(|pid| pid.parse::<u32>().ok());
    folder.parent() == Some(&std::env::temp_dir())
        && owner.is_some_and(|pid| !Path::new("/proc").join(pid.to_string()).exists())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_disks_of_ended_tests_are_abandoned() {
        let disk = |pid: u32| std::env::temp_dir().join(format!("{FOLDER}{pid}-x1y2"));

        assert!(is_abandoned(&disk(u32::MAX)));
        assert!(!is_abandoned(&disk(std::process::id())));
        assert!(!is_abandoned(&Path::new("/var").join(format!("{FOLDER}{}-x1y2", u32::MAX))));
        assert!(!is_abandoned(&std::env::temp_dir().join("somebody-s")));
    }
}
