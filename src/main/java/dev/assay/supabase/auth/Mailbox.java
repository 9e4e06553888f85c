package dev.assay.supabase.auth;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/** Where the project's mails land instead of being sent. */
public final class Mailbox {
    private static final int KEPT = 1000;

    private final List<Mail> mails = new ArrayList<>();
    private final List<Consumer<Mail>> told = new CopyOnWriteArrayList<>();

    /**
     * @param type {@code signup}, {@code recovery}, {@code magiclink}, {@code invite}, {@code email_change},
     *     {@code email_change_current} (to the old address) or {@code reauthentication}
     * @param code what the user may type
     * @param tokenHash what an app may pass to {@code verifyOtp}
     * @param link what the user may follow
     */
    public record Mail(Instant sent, String to, String type, String code, String tokenHash, String link) {}

    void put(Mail mail) {
        synchronized (this) {
            if (mails.size() == KEPT) {
                mails.remove(0);
            }
            mails.add(mail);
        }
        told.forEach(reader -> reader.accept(mail));
    }

    /** Tells of each mail from now on, by the thread that sends it. */
    public void tell(Consumer<Mail> reader) {
        told.add(reader);
    }

    /** All mails, oldest first; at most the last thousand. */
    public synchronized List<Mail> mails() {
        return List.copyOf(mails);
    }

    /** Mails to one address, oldest first. */
    public List<Mail> to(String address) {
        return mails().stream().filter(mail -> mail.to().equals(address)).toList();
    }

    /** Throws all away. */
    public synchronized void clear() {
        mails.clear();
    }
}
