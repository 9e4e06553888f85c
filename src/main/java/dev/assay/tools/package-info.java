/**
 * The programs that Assay needs beside Java: found on the machine, or installed at a pinned version into a cache that all
 * projects share.
 *
 * <p>The door is {@link dev.assay.tools.Tools}. A tool from npm is a lock file with checksums ({@code NAME-lock.json}) and
 * a small class that describes it; {@code NpmTool} and {@code ToolCache} do the rest. The room must not know what a tool
 * is used for, and names no registry: npm's own settings say where packages come from.
 */
@org.jspecify.annotations.NullMarked
package dev.assay.tools;
