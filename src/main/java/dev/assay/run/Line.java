package dev.assay.run;

import dev.assay.process.Output;
import java.time.Instant;
import java.util.Optional;

/**
 * One line of the run's log.
 *
 * @param seq its number, from 1, without gaps
 * @param at when it came
 * @param attempt the attempt that it belongs to; empty for lines of the run itself
 * @param stream where it came from
 * @param bytes as it came, secrets taken out
 */
public record Line(long seq, Instant at, Optional<Attempt> attempt, Output.Stream stream, byte[] bytes) {}
