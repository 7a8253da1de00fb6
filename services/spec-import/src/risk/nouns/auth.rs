//! Credentials. Separated by a comma and a space.

/// Nearly always this.
pub(super) const STRONG: &str = "token, access token, refresh token, password, passcode, passphrase, client secret, \
    signing secret, webhook secret, shared secret, api secret, endpoint secret, api key, \
    apikey, ssh key, gpg key, deploy key, signing key, access key, secret key, service key, \
    private key, ephemeral key, public key, security key, device key, cross signing, one time, \
    credential, session, login, logout, log in, log out, signin, sign in, signout, sign out, \
    sign up, oauth, oauth app, oauth client, oauth application, oauth access, otp, totp, mfa, \
    2fa, tfa, two factor, multi factor, passkey, webauthn, recovery code, backup code, \
    recovery link, magic link, login link, account link, login flow, verification flow, \
    recovery flow, recipient view, sender view, console view, embedded view, embed url, \
    portal access, app portal, portal session, certificate signing, app password, \
    encryption key, turn server, openid, oidc, register, session key, impersonation token, \
    setting flow, registration flow, verification code, verification token, phone verification, \
    email verification, authentication, kubeconfig, jwt, jwk, jwks, presigned, signed url, \
    presigned url, upload url, sas, personal access, docker credential, sign key, \
    account session, client certificate, auth token, authenticator, secret version, \
    api credential, app key, application key, access credential, login token, id token, \
    bearer token, session token, bot token, csrf, oauth token, oauth authorization, \
    oauth consent, oauth grant, sms code, email code, security code, security question, \
    trusted device, remembered device, fido, fido2, u2f, mfa factor, mfa device, \
    mfa enrollment, backup key, master key, root key, kms key, crypto key, signing certificate, \
    signing credential, client cert, x509, keypair, key pair, unseal key, unseal, wrapping, \
    sts, assume role, federation token, session cookie, login request, logout request, \
    login challenge, consent challenge, web session, sas token, storage key, account key, \
    connection string, deploy token, project token, job token, runner token, \
    registration token, join token, worker token, agent token, personal token, user token, \
    app token, installation token, webhook key, stream key, ingest key, publish token, \
    room token, meeting token, scoped key, tunnel token, service credential, secret id, \
    approle, jwt key, ssh certificate, host key, api token, client credential, user session, \
    user credential, db credential, database credential, master password, password reset, \
    reset password, reset link, forgot password, change password, link token, public token, \
    processor token, permanent token, kubernetes credential, cluster credential, \
    admin password, root password, window password, user password, temporary credential, \
    temporary password, temporary url, upload credential, upload signature, device secret, \
    device credential, device certificate, device provisioning, fingerprint enrollment, \
    sim pin, puk, esim profile, door code, access code, passport login, social login, \
    login attempt, signup, verify email, email confirmation, confirmation code, auth code, \
    authorization code, code exchange, token exchange, pat, unlock key, activation url, \
    activation link, verification email, protection bypass, bypass secret, direct upload, \
    pin code, sso certificate, saml certificate, api secret key, client key, admin key, \
    smtp credential, ftp credential, git credential, registry credential, cloud credential, \
    repository credential, login credential, pull secret, image pull, bind password, \
    unlock code, wifi password, admin credential, password hash, seed phrase, mnemonic, \
    wallet key, activation code, invite token, guest token, embed token, chat token, \
    video token, capability token, playback token, connect token, access url, auth url, \
    authorization url, authorize url, sso url, login page url, onboarding link, setup link, \
    hosted page, portal url, portal link, customer portal, billing portal, bypass code, \
    sign url, signing url, embedded url, temporary link, checkout key, sdk key, client token, \
    mobile key, login hint, session link, consent url, device activation, activation key, \
    lease revocation, pan, cvv, cvc, emergency code, scratch code, service ticket, wrap token, \
    root token, unseal share, ephemeral token, pre signed, signed cookie, playback key, \
    drm key, content key, license token";

/// Mostly this.
pub(super) const FAIR: &str = "auth, key, authorization, grant, factor, challenge, verification, authn, cookie, \
    identity verification, device code, ticket granting, consent request, sso token, recovery, \
    nonce, biometric, keystore, truststore, keyring, pairing, csr, license key, \
    signer certificate";

/// Often something else.
pub(super) const WEAK: &str =
    "certificate, registration, cert, signature, encryption, scope, device authorization";
