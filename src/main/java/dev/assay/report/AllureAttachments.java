package dev.assay.report;

import dev.assay.check.Evidence;
import io.qameta.allure.model.Attachment;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * Files beside the results. Agents and apps write what they hold, so a report's page must never run it: only pictures,
 * films and archives keep their media type, everything else is plain text.
 */
final class AllureAttachments {
    private static final String TEXT = "text/plain";
    private static final Map<String, String> ENDINGS = Map.of(
            "image/png", ".png",
            "image/jpeg", ".jpg",
            "image/gif", ".gif",
            "image/webp", ".webp",
            "video/webm", ".webm",
            "video/mp4", ".mp4",
            "application/zip", ".zip");

    private final Path directory;

    AllureAttachments(Path directory) {
        this.directory = directory;
    }

    /** An attachment whose file is written by and by, through {@link #open}. */
    Attachment announced(String name, String ending) {
        return attachment(name, TEXT, ending);
    }

    OutputStream open(Attachment attachment) throws IOException {
        return Files.newOutputStream(directory.resolve(attachment.getSource()));
    }

    Attachment text(String name, String ending, String text) {
        Attachment attachment = attachment(name, TEXT, ending);
        try {
            Files.writeString(directory.resolve(attachment.getSource()), text);
        } catch (java.nio.charset.CharacterCodingException e) {
            // halves of surrogate pairs, from an app's answer: as question marks
            bytes(attachment, text.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw failed(attachment, e);
        }
        return attachment;
    }

    /** What a check saw; empty where its file is gone or no plain file, such as a link that an app laid. */
    Optional<Attachment> evidence(Evidence evidence) {
        Path file = evidence.file();
        if (file == null) {
            String text = evidence.text() == null ? "" : evidence.text();
            boolean json = evidence.mediaType().equals("application/json");
            return Optional.of(text(evidence.name(), json ? ".json.txt" : ".txt", text));
        }
        if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
            return Optional.empty();
        }
        String ending = ENDINGS.getOrDefault(evidence.mediaType(), "");
        Attachment attachment = ending.isEmpty()
                ? attachment(evidence.name(), TEXT, ".txt")
                : attachment(evidence.name(), evidence.mediaType(), ending);
        try (InputStream in = Files.newInputStream(file)) {
            Files.copy(in, directory.resolve(attachment.getSource()));
        } catch (IOException e) {
            throw failed(attachment, e);
        }
        return Optional.of(attachment);
    }

    private void bytes(Attachment attachment, byte[] bytes) {
        try {
            Files.write(directory.resolve(attachment.getSource()), bytes);
        } catch (IOException e) {
            throw failed(attachment, e);
        }
    }

    private static UncheckedIOException failed(Attachment attachment, IOException e) {
        return new UncheckedIOException("'" + attachment.getName() + "' cannot be attached to the report", e);
    }

    private static Attachment attachment(String name, String type, String ending) {
        return new Attachment()
                .setName(PlainText.line(name, 120))
                .setType(type)
                .setSource(UUID.randomUUID() + "-attachment" + ending);
    }
}
