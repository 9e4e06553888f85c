package dev.assay.preflight;

import java.util.Optional;

/**
 * An agent CLI of the user's.
 *
 * @param tool as it is written in roles
 * @param title as people call it
 * @param installed whether its program is on the PATH
 * @param version what it says of itself
 * @param where its program
 * @param signedIn whether it says so, or its key or sign-in file is there
 * @param works whether it answered a tiny call; empty where none was made
 * @param said what is wrong, in words; else empty
 * @param remedy what to do about it; else empty
 */
public record AgentItem(
        String tool,
        String title,
        boolean installed,
        Optional<String> version,
        Optional<String> where,
        boolean signedIn,
        Optional<Boolean> works,
        String said,
        String remedy) {}
