//! What the child may use.

use std::time::Duration;

use rustix::{
    io,
    process::{Resource, Rlimit, setrlimit},
};

/// Mebibytes of memory in all. Not the address space: an allocator reserves much of that without
/// ever touching it. `RLIMIT_DATA` counts what can be written to, heap and mappings and stacks,
/// so it bounds what the process can hold; the rest of its memory is its own program text.
pub(super) const MEMORY_MIB: u64 = 240;

/// Bytes that the child may say. The largest document the limits allow is far below it.
pub(super) const SAID: u64 = 160 << 20;

/// What the parent waits by the clock on the wall before it kills: four times what the child may
/// use of a processor, since others use it too.
pub(super) const PATIENCE: Duration = Duration::from_secs(20);

/// Gives up everything that reading a document does not need. Cannot be taken back: the hard
/// limits are set too.
///
/// No descriptor beyond the three that are open means no file and no socket can ever be opened;
/// the kernel refuses before it looks at a name or an address.
pub(super) fn give_up(seconds: u64) -> io::Result<()> {
    let data = MEMORY_MIB << 20;
    let limits = [
        (Resource::Core, 0, 0),
        (Resource::Fsize, 0, 0),
        (Resource::Nofile, 3, 3),
        // The first ends it with a signal that says why.
        (Resource::Cpu, seconds, seconds + 1),
        (Resource::Data, data, data),
    ];
    for (resource, current, maximum) in limits {
        let limit = Rlimit {
            current: Some(current),
            maximum: Some(maximum),
        };
        setrlimit(resource, limit)?;
    }
    Ok(())
}
