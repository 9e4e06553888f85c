package dev.assay.check.browser;

import dev.assay.check.TestUsers.User;
import java.util.UUID;

/** Who uses the app in a flow: a test user who was signed up by API. */
record Person(String email, String password) {
    static Person of(User user) {
        return new Person(user.email(), user.password());
    }

    /** Something to type that nobody typed before. */
    String something() {
        return "water the plants " + UUID.randomUUID().toString().substring(0, 8);
    }
}
