package dev.assay.supabase;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.JWSVerifier;
import com.nimbusds.jose.Payload;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.MACVerifier;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import java.text.ParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a project's tokens are signed with: the shared secret by HS256, and where the project has keys of its own, those
 * by RS256 or ES256. Which key verifies a token is settled by the algorithm: a public key never passes for a secret.
 */
public final class SigningKeys {
    private final JWSVerifier secretVerifier;
    private final JWSSigner signer;
    private final JWSHeader header;
    private final List<Public> keys = new ArrayList<>();

    private record Public(JWK key, JWSAlgorithm algorithm, JWSVerifier verifier) {}

    private record Private(JWSSigner signer, JWSHeader header) {}

    /**
     * @param secret at least 32 bytes
     * @param json an array of private JWKs (RSA or EC P-256), of which the first signs; empty for the secret alone
     * @throws IllegalArgumentException for a secret or keys that cannot sign
     */
    public SigningKeys(String secret, String json) {
        try {
            this.secretVerifier = new MACVerifier(secret);
            Private first = json.isBlank() ? null : add(json);
            this.signer = first == null ? new MACSigner(secret) : first.signer();
            this.header = first == null ? header(JWSAlgorithm.HS256, null) : first.header();
        } catch (JOSEException e) {
            throw new IllegalArgumentException(
                    "The JWT secret has " + secret.length()
                            + " characters, and HS256 needs at least 32; or a signing key is no RSA or P-256 key",
                    e);
        } catch (ParseException e) {
            throw new IllegalArgumentException(
                    "The file of auth.signing_keys_path is no array of JSON Web Keys: " + e.getMessage(), e);
        }
    }

    /**
     * @throws IllegalArgumentException for keys that cannot sign
     */
    static void check(String json) {
        new SigningKeys("-".repeat(32), json);
    }

    private @Nullable Private add(String json) throws ParseException, JOSEException {
        Private first = null;
        for (JWK key : JWKSet.parse("{\"keys\":" + json + "}").getKeys()) {
            Private own = null;
            if (key instanceof RSAKey rsa) {
                keys.add(new Public(rsa.toPublicJWK(), JWSAlgorithm.RS256, new RSASSAVerifier(rsa.toRSAPublicKey())));
                own = rsa.isPrivate() ? new Private(new RSASSASigner(rsa), header(JWSAlgorithm.RS256, key)) : null;
            } else if (key instanceof ECKey ec) {
                keys.add(new Public(ec.toPublicJWK(), JWSAlgorithm.ES256, new ECDSAVerifier(ec)));
                own = ec.isPrivate() ? new Private(new ECDSASigner(ec), header(JWSAlgorithm.ES256, key)) : null;
            }
            first = first == null ? own : first;
        }
        return first;
    }

    private static JWSHeader header(JWSAlgorithm algorithm, @Nullable JWK key) {
        JWSHeader.Builder builder = new JWSHeader.Builder(algorithm).type(JOSEObjectType.JWT);
        return (key == null ? builder : builder.keyID(key.getKeyID())).build();
    }

    /** A token with these claims. */
    public String sign(String claims) {
        JWSObject token = new JWSObject(header, new Payload(claims));
        try {
            token.sign(signer);
        } catch (JOSEException e) {
            throw new IllegalStateException("the project's keys cannot sign", e);
        }
        return token.serialize();
    }

    /** Whether any key of the project goes with the algorithm. */
    boolean knows(JWSAlgorithm algorithm) {
        return JWSAlgorithm.HS256.equals(algorithm)
                || keys.stream().anyMatch(key -> key.algorithm().equals(algorithm));
    }

    /** Whether a key of the project signed it. */
    boolean verify(JWSObject token) throws JOSEException {
        JWSAlgorithm algorithm = token.getHeader().getAlgorithm();
        if (JWSAlgorithm.HS256.equals(algorithm)) {
            return token.verify(secretVerifier);
        }
        Optional<String> id = Optional.ofNullable(token.getHeader().getKeyID());
        for (Public key : keys) {
            boolean meant = id.isEmpty() || id.get().equals(key.key().getKeyID());
            if (key.algorithm().equals(algorithm) && meant && token.verify(key.verifier())) {
                return true;
            }
        }
        return false;
    }

    /** The public keys as a JSON Web Key Set; a shared secret is not shown. */
    public String publicJson() {
        List<JWK> shown = keys.stream().map(Public::key).toList();
        return new JWKSet(shown).toString(true);
    }
}
