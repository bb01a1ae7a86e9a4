//! What a service manager is told (sd_notify(3)): a datagram to the socket that it names.

use std::{
    env,
    ffi::OsStr,
    io,
    os::{
        linux::net::SocketAddrExt,
        unix::{
            ffi::OsStrExt,
            net::{SocketAddr, UnixDatagram},
        },
    },
};

/// Where a manager names its socket, if it wants to be told.
const SOCKET: &str = "NOTIFY_SOCKET";

/// All calls are recorded from now on.
pub fn ready() {
    tell("READY=1");
}

/// Recording ends: what is left is written.
pub fn stopping() {
    tell("STOPPING=1");
}

/// A manager that hears nothing ends the recording, so the user learns why it did not.
fn tell(state: &str) {
    let Some(socket) = env::var_os(SOCKET) else { return };
    if let Err(error) = send(&socket, state) {
        eprintln!("syscord: {}: {error}: the service manager is not told", socket.display());
    }
}

fn send(socket: &OsStr, state: &str) -> io::Result<()> {
    let address = match socket.as_bytes() {
        [b'@', name @ ..] => SocketAddr::from_abstract_name(name)?,
        _ => SocketAddr::from_pathname(socket)?,
    };
    UnixDatagram::unbound()?.send_to_addr(state.as_bytes(), &address).map(drop)
}

#[cfg(test)]
mod tests {
    use std::{
        ffi::OsStr,
        os::{
            linux::net::SocketAddrExt,
            unix::net::{SocketAddr, UnixDatagram},
        },
    };

    use super::send;

    fn received(socket: &UnixDatagram) -> String {
        let mut bytes = [0; 64];
        let length = socket.recv(&mut bytes).unwrap();
        String::from_utf8_lossy(&bytes[..length]).into_owned()
    }

    #[test]
    fn sockets_with_a_path_and_without_one_are_told() {
        let unique = format!("syscord-service-{}", std::process::id());
        let path = std::env::temp_dir().join(&unique);
        let with_path = UnixDatagram::bind(&path).unwrap();
        send(path.as_os_str(), "READY=1").unwrap();
        std::fs::remove_file(&path).unwrap();
        assert_eq!(received(&with_path), "READY=1");
        let address = SocketAddr::from_abstract_name(&unique).unwrap();
        let without = UnixDatagram::bind_addr(&address).unwrap();
        send(OsStr::new(&format!("@{unique}")), "STOPPING=1").unwrap();
        assert_eq!(received(&without), "STOPPING=1");
        assert!(send(path.as_os_str(), "READY=1").is_err());
    }
}
