//! What the child may use.

use std::time::Duration;

use rustix::{
    io,
    process::{Resource, Rlimit, setrlimit},
};

use crate::Limits;

/// Which files the child may open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reach {
    /// None: the document is on its standard input.
    Nothing,
    /// Those that its user may: they belong to whoever started it.
    Files,
}

/// Mebibytes of memory in all. Not the address space: an allocator reserves much of that without
/// ever touching it. `RLIMIT_DATA` counts what can be written to, heap and mappings and stacks,
/// so it bounds what the process can hold; the rest of its memory is its own program text.
pub(super) const MEMORY_MIB: u64 = 240;

/// Bytes that the child may say. The largest document the limits allow is far below it.
pub(super) const SAID: u64 = 160 << 20;

/// What the parent waits by the clock on the wall before it kills: four times what the import may
/// use of a processor, since others use it too.
pub(super) const PATIENCE: Duration = Duration::from_secs(20);

/// Seconds that the child may use of processors: one more than the import allows itself, which can
/// say how far it was.
pub(super) fn processor_seconds() -> u64 {
    Limits::default().processor_time.as_secs() + 1
}

/// Gives up everything that reading a document does not need. Cannot be taken back: the hard
/// limits are set too.
///
/// With [`Reach::Nothing`], no descriptor beyond the three that are open means no file and no socket
/// can ever be opened; the kernel refuses before it looks at a name or an address.
pub(super) fn give_up(reach: Reach) -> io::Result<()> {
    let (seconds, data) = (processor_seconds(), MEMORY_MIB << 20);
    let files = match reach {
        Reach::Nothing => Some((Resource::Nofile, 3, 3)),
        Reach::Files => None,
    };
    let limits = [
        (Resource::Core, 0, 0),
        (Resource::Fsize, 0, 0),
        // The first ends it with a signal that says why.
        (Resource::Cpu, seconds, seconds + 1),
        (Resource::Data, data, data),
    ];
    for (resource, current, maximum) in limits.into_iter().chain(files) {
        let limit = Rlimit {
            current: Some(current),
            maximum: Some(maximum),
        };
        setrlimit(resource, limit)?;
    }
    Ok(())
}
