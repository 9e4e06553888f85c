/**
 * One supervised subprocess: a clean environment, its streams, its timers, and the kill that leaves nothing behind.
 *
 * <p>The door is {@link dev.assay.process.Supervisor}. Every process it starts carries the cookie of this JVM in its
 * environment; a watchdog outside the JVM kills by that cookie when the JVM is gone. The room must not know what runs
 * in a process, nor why.
 */
@org.jspecify.annotations.NullMarked
package dev.assay.process;
