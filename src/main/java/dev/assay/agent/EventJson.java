package dev.assay.agent;

/** Writes events as the JSON objects that are stored. */
public final class EventJson {
    private EventJson() {}
}
