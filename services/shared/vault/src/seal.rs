//! Envelope encryption: AES-256-GCM under a data key, which is wrapped under the master key.
//!
//! Every sealed text says in its associated data whose it is, so that bytes moved to another row,
//! tenant or version do not open there. Nonces are random: a key seals far fewer than the 2^32
//! texts for which 96 random bits are safe (NIST SP 800-38D section 8.3).

use aws_lc_rs::{
    aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey},
    constant_time::verify_slices_are_equal,
    hmac,
};
use countersign_domain::{World, id::TenantId, secret::Secret};
use zeroize::Zeroizing;

use crate::{Fingerprint, MasterKey, SecretName, VaultError};

/// What the first byte of every sealed text says, so that another way can follow.
const FORMAT: u8 = 1;
/// How many bytes tell one master key from another.
const MARK: usize = 8;

/// A tenant's key, open. Lives as long as one use of it.
pub(crate) struct DataKey {
    bytes: Zeroizing<[u8; 32]>,
    version: u32,
}

/// Where a secret is; what its seal says.
#[derive(Clone, Copy)]
pub(crate) struct Place<'a> {
    pub(crate) tenant: TenantId,
    pub(crate) name: &'a SecretName,
    pub(crate) version: u32,
}

impl DataKey {
    pub(crate) fn generate(world: &World, version: u32) -> Self {
        Self {
            bytes: Zeroizing::new(world.bytes()),
            version,
        }
    }

    pub(crate) const fn version(&self) -> u32 {
        self.version
    }

    /// Makes the key unreadable to everybody without the master key.
    pub(crate) fn wrap(&self, master: &MasterKey, tenant: TenantId, world: &World) -> Vec<u8> {
        let mut wrapped = master.mark().to_vec();
        let about = key_data(tenant, self.version);
        wrapped.extend(seal(&master.0, &about, self.bytes.as_slice(), world));
        wrapped
    }

    /// Opens a wrapped key.
    pub(crate) fn unwrap(
        wrapped: &[u8],
        master: &MasterKey,
        (tenant, version): (TenantId, u32),
    ) -> Result<Self, VaultError> {
        let (mark, sealed) = wrapped.split_at_checked(MARK).ok_or(VaultError::Tampered)?;
        if verify_slices_are_equal(mark, &master.mark()).is_err() {
            return Err(VaultError::Sealed);
        }
        let opened = open(&master.0, &key_data(tenant, version), sealed)?;
        let mut bytes = Zeroizing::new([0; 32]);
        if opened.len() != bytes.len() {
            return Err(VaultError::Tampered);
        }
        bytes.copy_from_slice(&opened);
        Ok(Self { bytes, version })
    }

    pub(crate) fn seal(&self, place: Place<'_>, secret: &Secret, world: &World) -> Vec<u8> {
        let about = secret_data(place, self.version);
        seal(&self.bytes, &about, secret.expose().as_bytes(), world)
    }

    pub(crate) fn open(&self, place: Place<'_>, sealed: &[u8]) -> Result<Secret, VaultError> {
        let mut opened = open(&self.bytes, &secret_data(place, self.version), sealed)?;
        match String::from_utf8(std::mem::take(&mut *opened)) {
            Ok(text) => Ok(Secret::new(text)),
            Err(not_text) => {
                drop(Zeroizing::new(not_text.into_bytes()));
                Err(VaultError::Tampered)
            }
        }
    }

    /// Equal secrets of one tenant have equal fingerprints; those of two tenants do not.
    pub(crate) fn fingerprint(&self, secret: &Secret) -> Fingerprint {
        let key = derive(self.bytes.as_slice(), b"countersign vault fingerprint 1");
        let key = hmac::Key::new(hmac::HMAC_SHA256, key.as_ref());
        let digest = hmac::sign(&key, secret.expose().as_bytes());
        let mut first = [0; 4];
        first.copy_from_slice(&digest.as_ref()[..4]);
        Fingerprint::new(first)
    }
}

impl MasterKey {
    /// Tells master keys apart without telling anything about them.
    fn mark(&self) -> [u8; MARK] {
        let digest = derive(self.0.as_slice(), b"countersign vault master key mark 1");
        let mut mark = [0; MARK];
        mark.copy_from_slice(&digest.as_ref()[..MARK]);
        mark
    }
}

fn derive(key: &[u8], purpose: &[u8]) -> hmac::Tag {
    hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), purpose)
}

fn key_data(tenant: TenantId, version: u32) -> String {
    format!(
        "countersign vault key {FORMAT}|{}|{version}",
        tenant.as_uuid()
    )
}

/// No part can hold the separator: ids, numbers and words of ours.
fn secret_data(place: Place<'_>, key_version: u32) -> String {
    format!(
        "countersign vault secret {FORMAT}|{}|{}|{}|{key_version}",
        place.tenant.as_uuid(),
        place.name,
        place.version
    )
}

fn cipher(key: &[u8; 32]) -> LessSafeKey {
    LessSafeKey::new(UnboundKey::new(&AES_256_GCM, key).expect("the key has 32 bytes"))
}

/// Format, nonce, sealed text, tag.
fn seal(key: &[u8; 32], about: &str, text: &[u8], world: &World) -> Vec<u8> {
    let nonce: [u8; NONCE_LEN] = world.bytes();
    // With room for the tag, so that the readable text is never moved and left behind.
    let mut text = {
        let mut room = Zeroizing::new(Vec::with_capacity(text.len() + AES_256_GCM.tag_len()));
        room.extend_from_slice(text);
        room
    };
    cipher(key)
        .seal_in_place_append_tag(
            Nonce::assume_unique_for_key(nonce),
            Aad::from(about),
            &mut *text,
        )
        .expect("a secret is shorter than 64 GiB");
    let mut sealed = Vec::with_capacity(1 + NONCE_LEN + text.len());
    sealed.push(FORMAT);
    sealed.extend_from_slice(&nonce);
    sealed.extend_from_slice(&text);
    sealed
}

fn open(key: &[u8; 32], about: &str, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, VaultError> {
    let Some((&FORMAT, rest)) = sealed.split_first() else {
        return Err(VaultError::Tampered);
    };
    let (nonce, text) = rest
        .split_at_checked(NONCE_LEN)
        .ok_or(VaultError::Tampered)?;
    let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| VaultError::Tampered)?;
    let mut opened = Zeroizing::new(text.to_vec());
    let length = cipher(key)
        .open_in_place(nonce, Aad::from(about), &mut opened)
        .map_err(|_| VaultError::Tampered)?
        .len();
    opened.truncate(length);
    Ok(opened)
}
