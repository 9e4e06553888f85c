package dev.assay.supabase.auth;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** Where the project's mails land instead of being sent. */
public final class Mailbox {
    private static final int KEPT = 1000;

    private final List<Mail> mails = new ArrayList<>();

    /**
     * @param type {@code signup}, {@code recovery}, {@code magiclink}, {@code invite} or {@code email_change}
     * @param code what the user may type
     * @param tokenHash what an app may pass to {@code verifyOtp}
     * @param link what the user may follow
     */
    public record Mail(Instant sent, String to, String type, String code, String tokenHash, String link) {}

    synchronized void put(Mail mail) {
        if (mails.size() == KEPT) {
            mails.remove(0);
        }
        mails.add(mail);
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
