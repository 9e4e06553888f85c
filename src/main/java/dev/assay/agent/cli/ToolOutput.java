package dev.assay.agent.cli;

import dev.assay.agent.AgentEvent;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * What a tool call printed, as {@link dev.assay.agent.AgentEvent.ToolFinished} keeps it.
 *
 * @param text its first 32 KiB; the whole is in the line
 * @param length bytes of the whole
 * @param sha256 of the whole
 */
public record ToolOutput(String text, long length, String sha256) {
    private static final int LIMIT = 32 << 10;

    public static ToolOutput of(String output) {
        byte[] bytes = output.getBytes(StandardCharsets.UTF_8);
        return new ToolOutput(cut(output, bytes), bytes.length, sha256(bytes));
    }

    /** The end of the call that printed it. */
    public AgentEvent.ToolFinished finished(
            String callId, boolean ok, @Nullable Integer exitCode, @Nullable Long durationMillis, boolean denied) {
        return new AgentEvent.ToolFinished(callId, ok, exitCode, text, length, sha256, durationMillis, denied);
    }

    private static String cut(String output, byte[] bytes) {
        if (bytes.length <= LIMIT) {
            return output;
        }
        int end = LIMIT;
        // Not within a character: bytes that continue one begin with 10.
        while ((bytes[end] & 0xC0) == 0x80) {
            end--;
        }
        return new String(bytes, 0, end, StandardCharsets.UTF_8);
    }

    private static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
