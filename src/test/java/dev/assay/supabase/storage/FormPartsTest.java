package dev.assay.supabase.storage;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class FormPartsTest {
    private static final String TYPE = "multipart/form-data; boundary=edge";

    /** Gives as many bytes at once as it is told to, as a network would. */
    private static InputStream slow(byte[] bytes, int atOnce) {
        return new ByteArrayInputStream(bytes) {
            @Override
            public synchronized int read(byte[] to, int offset, int length) {
                return super.read(to, offset, Math.min(length, atOnce));
            }
        };
    }

    private static List<String> parts(String body, int atOnce) throws IOException {
        FormParts parts = FormParts.of(TYPE, slow(body.getBytes(ISO_8859_1), atOnce));
        List<String> all = new ArrayList<>();
        for (Optional<FormParts.Part> part = parts.next(); part.isPresent(); part = parts.next()) {
            all.add(part.get().name() + "|" + part.get().filename().orElse("-") + "|"
                    + part.get().contentType() + "|"
                    + new String(part.get().content().readAllBytes(), ISO_8859_1));
        }
        return all;
    }

    @Test
    void should_refuse_a_form_that_ends_early_or_has_no_boundary() {
        assertThatThrownBy(() -> parts("--edge\r\nContent-Disposition: form-data; name=a\r\n\r\nvalue", 7))
                .isInstanceOf(StorageError.class)
                .hasMessage("Unexpected end of form");
        assertThatThrownBy(() -> parts("nothing", 3)).isInstanceOf(StorageError.class);
        assertThatThrownBy(() -> FormParts.of("multipart/form-data", InputStream.nullInputStream()))
                .isInstanceOf(StorageError.class);
        assertThatThrownBy(() -> parts("--edge\r\nX: " + "y".repeat(40_000), 1 << 14))
                .isInstanceOf(StorageError.class);
    }

    @Test
    void should_part_a_form_however_its_bytes_come() throws IOException {
        StringBuilder noise = new StringBuilder();
        Random random = new Random(7);
        for (int i = 0; i < 200_000; i++) {
            noise.append("\r\n-edg\0x".charAt(random.nextInt(8)));
        }
        String body = "--edge\r\nContent-Disposition: form-data; name=\"cacheControl\"\r\n\r\n3600\r\n"
                + "--edge\r\nContent-Disposition: form-data; name=\"\"; filename=\"a \\\"b\\\".png\"\r\n"
                + "Content-Type: Image/PNG; x=y\r\n\r\n" + noise + "\r\n--edge\r\n"
                + "Content-Disposition: form-data; name=empty\r\n\r\n\r\n--edge--";
        for (int atOnce : new int[] {1, 2, 3, 5, 1000, 1 << 20}) {
            assertThat(parts(body, atOnce))
                    .containsExactly("cacheControl|-||3600", "|a \\\"b\\\".png|image/png|" + noise, "empty|-||");
        }
    }
}
