package dev.assay.check;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** What a check saw, for people: a text or a file, one of which is there. */
public record Evidence(
        String name,
        String mediaType,
        @Nullable String text,
        @Nullable Path file) {}
