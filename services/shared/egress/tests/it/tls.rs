//! T75: the upstream proves who it is, or nothing is sent.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use countersign_domain::Fault;
use countersign_egress::{Egress, EgressPolicy, InboundResponse, Loopback};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair, date_time_ymd};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use crate::upstream::{Names, get};

const NAME: &str = "api.example.com";

/// A certificate authority that the door is told to trust.
struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    fn new() -> Self {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap());
        Self(issuer.unwrap())
    }

    fn der(&self) -> Vec<u8> {
        self.0.der().to_vec()
    }

    /// Issues a certificate for a name, good until the end of a year.
    fn issue(&self, name: &str, last_year: i32) -> Identity {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        params.not_before = date_time_ymd(2020, 1, 1);
        params.not_after = date_time_ymd(last_year, 12, 31);
        let certificate = params.signed_by(&key, &self.0).unwrap();
        (certificate.der().clone(), key.serialize_der())
    }
}

type Identity = (CertificateDer<'static>, Vec<u8>);

struct TlsUpstream {
    port: u16,
    requests: Arc<AtomicUsize>,
}

impl TlsUpstream {
    async fn with((certificate, key): Identity) -> Self {
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let key = PrivateKeyDer::Pkcs8(key.into());
        let config = rustls::ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate], key)
            .unwrap();
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let requests = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&requests);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let Ok(mut stream) = acceptor.accept(stream).await else {
                    continue;
                };
                assert_eq!(stream.get_ref().1.server_name(), Some(NAME), "SNI");
                if stream
                    .read(&mut [0; 4096])
                    .await
                    .is_ok_and(|count| count > 0)
                {
                    counted.fetch_add(1, Ordering::SeqCst);
                }
                let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nok";
                let _ = stream.write_all(answer).await;
                let _ = stream.shutdown().await;
            }
        });
        Self { port, requests }
    }
}

async fn ask(
    port: u16,
    extra_roots: Vec<Vec<u8>>,
) -> Result<InboundResponse, countersign_egress::EgressError> {
    let mut names = Names::default();
    names
        .0
        .insert(NAME.to_owned(), vec!["127.0.0.1".parse().unwrap()]);
    let policy = EgressPolicy {
        loopback: Loopback::Allowed,
        extra_roots,
        ..EgressPolicy::default()
    };
    let egress = Egress::new(policy, Arc::new(names)).unwrap();
    egress.send(get(&format!("https://{NAME}:{port}/"))).await
}

#[tokio::test]
async fn an_upstream_with_a_trusted_certificate_for_its_name_is_answered_over_tls() {
    let authority = Authority::new();
    let upstream = TlsUpstream::with(authority.issue(NAME, 2099)).await;
    let answer = ask(upstream.port, vec![authority.der()]).await.unwrap();
    assert_eq!((answer.status, &answer.body[..]), (200, &b"ok"[..]));
    assert_eq!(upstream.requests.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn an_upstream_that_cannot_prove_who_it_is_gets_nothing() {
    let (trusted, stranger) = (Authority::new(), Authority::new());
    let key = KeyPair::generate().unwrap();
    let params = CertificateParams::new(vec![NAME.to_owned()]).unwrap();
    let self_signed = params.self_signed(&key).unwrap();
    let cases = [
        ("expired", trusted.issue(NAME, 2021)),
        ("for another name", trusted.issue("other.example.com", 2099)),
        (
            "for a name below",
            trusted.issue("www.api.example.com", 2099),
        ),
        ("of a stranger", stranger.issue(NAME, 2099)),
        (
            "self-signed",
            (self_signed.der().clone(), key.serialize_der()),
        ),
    ];
    let tried = cases.len();
    for (what, identity) in cases {
        let upstream = TlsUpstream::with(identity).await;
        let error = ask(upstream.port, vec![trusted.der()]).await.unwrap_err();
        assert_eq!(
            (error.code(), error.may_have_been_sent()),
            ("upstream_tls", false),
            "{what}"
        );
        assert_eq!(upstream.requests.load(Ordering::SeqCst), 0, "{what}");
    }
    println!("T75 certificates refused: N={tried}, requests that got through: 0");
}

#[tokio::test]
async fn an_upstream_that_speaks_no_tls_gets_nothing() {
    // What a client's hello makes a plain HTTP server say.
    let upstream = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = upstream.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = upstream.accept().await {
            let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await;
            let _ = stream.read(&mut [0; 4096]).await;
        }
    });
    let error = ask(port, Vec::new()).await.unwrap_err();
    assert_eq!(
        (error.code(), error.may_have_been_sent()),
        ("upstream_tls", false)
    );
}
