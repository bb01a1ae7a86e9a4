//! First filesystems, as the kernel unpacks them: archives in cpio's form "newc"
//! (Documentation/driver-api/early-userspace/buffer-format.rst of Linux).

use std::{
    fs::{self, Metadata},
    os::unix::{
        ffi::OsStrExt,
        fs::{FileTypeExt, MetadataExt},
    },
    path::Path,
};

use crate::Result;

/// Kinds of files (inode(7)).
pub const FILE: u32 = 0o100_000;
pub const DIRECTORY: u32 = 0o040_000;
pub const LINK: u32 = 0o120_000;
pub const CHARACTERS: u32 = 0o020_000;

/// An archive.
#[derive(Default)]
pub struct Cpio {
    bytes: Vec<u8>,
    files: u32,
}

impl Cpio {
    /// Adds a file of root's, or what else the mode says.
    pub fn add(&mut self, path: impl AsRef<Path>, mode: u32, device: (u32, u32), content: &[u8]) {
        self.put(path.as_ref(), mode, (0, 0), device, content);
    }

    fn put(
        &mut self,
        path: &Path,
        mode: u32,
        (user, group): (u32, u32),
        device: (u32, u32),
        content: &[u8],
    ) {
        let path = path.as_os_str().as_bytes();
        let name = path.strip_prefix(b"/").unwrap_or(path);
        self.files += 1;
        // Inode, mode, user, group, links, time, size, device of the file, device it is, length of the name with its
        // NUL, checksum.
        let (size, length) = (content.len() as u32, name.len() as u32 + 1);
        let fields =
            [self.files, mode, user, group, 1, 0, size, 0, 0, device.0, device.1, length, 0];
        self.bytes.extend(b"070701");
        for field in fields {
            self.bytes.extend(format!("{field:08x}").bytes());
        }
        self.bytes.extend(name.iter().chain(&[0]));
        self.pad();
        self.bytes.extend(content);
        self.pad();
    }

    /// Adds what is below a folder, but for what is left out, by its path within.
    ///
    /// # Errors
    /// When something cannot be read.
    pub fn add_tree(&mut self, root: &Path, left_out: &dyn Fn(&Path) -> bool) -> Result {
        self.add_folder(root, Path::new(""), left_out)
    }

    fn add_folder(&mut self, root: &Path, at: &Path, left_out: &dyn Fn(&Path) -> bool) -> Result {
        let failed = |path: &Path, error| format!("{}: {error}", path.display());
        let folder = root.join(at);
        for entry in fs::read_dir(&folder).map_err(|error| failed(&folder, error))? {
            let entry = entry.map_err(|error| failed(&folder, error))?;
            let (within, path) = (at.join(entry.file_name()), entry.path());
            if left_out(&within) {
                continue;
            }
            let data = entry.metadata().map_err(|error| failed(&path, error))?;
            let content = content(&path, &data).map_err(|error| failed(&path, error))?;
            if let Some(content) = content {
                self.put(&within, data.mode(), (data.uid(), data.gid()), (0, 0), &content);
            }
            if data.is_dir() {
                self.add_folder(root, &within, left_out)?;
            }
        }
        Ok(())
    }

    fn pad(&mut self) {
        self.bytes.resize(self.bytes.len().next_multiple_of(4), 0);
    }

    /// The whole archive.
    pub fn end(mut self) -> Vec<u8> {
        self.add("TRAILER!!!", 0, (0, 0), b"");
        self.bytes
    }
}

/// What an archive has of a file; `None` of what is neither file, link nor folder: devices are the kernel's.
fn content(path: &Path, data: &Metadata) -> std::io::Result<Option<Vec<u8>>> {
    let kind = data.file_type();
    if kind.is_symlink() {
        fs::read_link(path).map(|target| Some(target.as_os_str().as_bytes().to_vec()))
    } else if kind.is_file() {
        fs::read(path).map(Some)
    } else {
        let other = kind.is_char_device() || kind.is_block_device() || kind.is_fifo();
        Ok((!other && !kind.is_socket()).then(Vec::new))
    }
}
