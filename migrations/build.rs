//! Makes the crate notice new and changed migrations, which the macro reads without telling.

fn main() {
    println!("cargo::rerun-if-changed=sql");
}
