//! A passkey in software: ES256, no attestation, always verifies its user. Written after Web Authentication Level 3 (§6.1, §6.5), so
//! that the server is not tried against its own library.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair as _};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

const USER_PRESENT: u8 = 1;
const USER_VERIFIED: u8 = 4;
const HAS_CREDENTIAL: u8 = 64;

pub(super) struct Authenticator {
    key: EcdsaKeyPair,
    id: Vec<u8>,
    pub(super) user_handle: String,
    pub(super) counter: u32,
    pub(super) origin: String,
    pub(super) verifies_user: bool,
}

fn encode(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

fn cbor_bytes(bytes: &[u8]) -> Vec<u8> {
    let length = u16::try_from(bytes.len()).unwrap().to_be_bytes();
    [&[0x59][..], &length, bytes].concat()
}

fn cbor_text(text: &str) -> Vec<u8> {
    let mut encoded = vec![0x60 + u8::try_from(text.len()).unwrap()];
    encoded.extend_from_slice(text.as_bytes());
    encoded
}

impl Authenticator {
    pub(super) fn new(origin: &str, id: u8) -> Self {
        Self {
            key: EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).unwrap(),
            id: vec![id; 32],
            user_handle: String::new(),
            counter: 1,
            origin: origin.to_owned(),
            verifies_user: true,
        }
    }

    fn client_data(&self, kind: &str, challenge: &Value) -> Vec<u8> {
        json!({"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": false})
            .to_string()
            .into_bytes()
    }

    fn data(&self, rp: &str, flags: u8) -> Vec<u8> {
        let verified = if self.verifies_user { USER_VERIFIED } else { 0 };
        let flags = [flags | USER_PRESENT | verified];
        [&Sha256::digest(rp.as_bytes())[..], &flags, &self.counter.to_be_bytes()].concat()
    }

    /// `navigator.credentials.create`.
    pub(super) fn create(&mut self, options: &Value) -> Value {
        self.user_handle = options["user"]["id"].as_str().unwrap().to_owned();
        let client_data = self.client_data("webauthn.create", &options["challenge"]);
        let public = self.key.public_key().as_ref();
        // COSE_Key: EC2, ES256, P-256, x, y (RFC 9053 §7.1.1).
        let mut cose = vec![0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20];
        cose.extend_from_slice(&public[1..33]);
        cose.extend_from_slice(&[0x22, 0x58, 0x20]);
        cose.extend_from_slice(&public[33..65]);
        let mut data = self.data(options["rp"]["id"].as_str().unwrap(), HAS_CREDENTIAL);
        data.extend_from_slice(&[0; 16]);
        data.extend_from_slice(&u16::try_from(self.id.len()).unwrap().to_be_bytes());
        data.extend_from_slice(&self.id);
        data.extend_from_slice(&cose);
        let mut object = vec![0xa3];
        object.extend(cbor_text("fmt"));
        object.extend(cbor_text("none"));
        object.extend(cbor_text("attStmt"));
        object.push(0xa0);
        object.extend(cbor_text("authData"));
        object.extend(cbor_bytes(&data));
        json!({
            "id": encode(&self.id), "rawId": encode(&self.id), "type": "public-key", "extensions": {},
            "response": {"attestationObject": encode(&object), "clientDataJSON": encode(&client_data)},
        })
    }

    /// `navigator.credentials.get`; the counter goes on.
    pub(super) fn get(&mut self, options: &Value) -> Value {
        self.counter += 1;
        let client_data = self.client_data("webauthn.get", &options["challenge"]);
        let data = self.data(options["rpId"].as_str().unwrap(), 0);
        let signed = [&data[..], &Sha256::digest(&client_data)[..]].concat();
        let signature = self.key.sign(&SystemRandom::new(), &signed).unwrap();
        json!({
            "id": encode(&self.id), "rawId": encode(&self.id), "type": "public-key", "extensions": {},
            "response": {
                "authenticatorData": encode(&data), "clientDataJSON": encode(&client_data),
                "signature": encode(signature.as_ref()), "userHandle": self.user_handle,
            },
        })
    }
}
