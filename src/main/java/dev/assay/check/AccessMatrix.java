package dev.assay.check;

import dev.assay.experiment.Access;
import dev.assay.experiment.Access.Who;
import dev.assay.experiment.Contract.TableRule;
import java.util.Optional;

/**
 * What is asked of each role and act, on a row that user A owns: by the declared access, or by the default contract for
 * a table that no rule names or whose rows nobody owns.
 */
final class AccessMatrix {
    /** Who tries. */
    enum Actor {
        USER_A("user-a", "user A", "authenticated"),
        SERVICE("service", "service", "service_role"),
        USER_B("user-b", "user B", "authenticated"),
        ANON("anon", "anon", "anon");

        private final String id;
        private final String words;
        private final String role;

        Actor(String id, String words, String role) {
            this.id = id;
            this.words = words;
            this.role = role;
        }

        String id() {
            return id;
        }

        String words() {
            return words;
        }

        /** The role in the database. */
        String role() {
            return role;
        }
    }

    /** What is tried. */
    enum Act {
        SELECT("select", "SELECT"),
        INSERT("insert", "INSERT"),
        UPDATE("update", "UPDATE"),
        DELETE("delete", "DELETE"),
        REASSIGN("reassign owner", "UPDATE");

        private final String words;
        private final String privilege;

        Act(String words, String privilege) {
            this.words = words;
            this.privilege = privilege;
        }

        String words() {
            return words;
        }

        /** What must be granted for it. */
        String privilege() {
            return privilege;
        }
    }

    /** What must come of it. */
    enum Expected {
        ALLOWED,
        DENIED,
        /** Nobody asked for either. */
        OPEN
    }

    private final Optional<Access> access;
    private final boolean owned;

    private AccessMatrix(Optional<Access> access, boolean owned) {
        this.access = access;
        this.owned = owned;
    }

    /**
     * @param owned whether anything says whose a row is
     * @throws IllegalArgumentException for access by membership, which takes more than an owner to check
     */
    static AccessMatrix of(Optional<TableRule> rule, boolean owned) {
        Optional<Access> access = rule.map(TableRule::access);
        if (access.filter(Access.Via.class::isInstance).isPresent()) {
            throw new IllegalArgumentException("access by membership is not a matrix of owners");
        }
        // Without an owner, what is asked of owners cannot be asked; what is asked of everybody or nobody can.
        boolean ofOwners = access.map(AccessMatrix::speaksOfOwners).orElse(false);
        return new AccessMatrix(access.filter(one -> owned || !ofOwners), owned);
    }

    /** Whether the access asks whose a row is. */
    static boolean speaksOfOwners(Access access) {
        if (access instanceof Access.Spelled spelled) {
            return ofOwner(spelled.read())
                    || ofOwner(spelled.insert())
                    || ofOwner(spelled.update())
                    || ofOwner(spelled.delete());
        }
        return access instanceof Access.Owner || access instanceof Access.PublicRead;
    }

    /** Whether the default contract is what is asked. */
    boolean isDefault() {
        return access.isEmpty();
    }

    Expected expected(Actor actor, Act act) {
        if (act == Act.REASSIGN) {
            return reassign(actor);
        }
        if (actor == Actor.SERVICE) {
            return access.isEmpty() ? Expected.OPEN : Expected.ALLOWED;
        }
        return access.map(declared -> declared(declared, actor, act)).orElseGet(() -> byDefault(actor, act));
    }

    /** Whether anything at all is asked of this role. */
    boolean asks(Actor actor) {
        for (Act act : Act.values()) {
            if (expected(actor, act) != Expected.OPEN) {
                return true;
            }
        }
        return false;
    }

    /** A row must not change hands where strangers may not change it: neither be given away nor be taken. */
    private Expected reassign(Actor actor) {
        if (!owned || expected(Actor.USER_B, Act.UPDATE) != Expected.DENIED) {
            return Expected.OPEN;
        }
        return switch (actor) {
            case USER_A -> expected(actor, Act.UPDATE) == Expected.ALLOWED ? Expected.DENIED : Expected.OPEN;
            case USER_B -> Expected.DENIED;
            case SERVICE, ANON -> Expected.OPEN;
        };
    }

    private Expected byDefault(Actor actor, Act act) {
        return switch (actor) {
            case ANON -> act == Act.SELECT ? Expected.OPEN : Expected.DENIED;
            case USER_B -> owned && act != Act.INSERT ? Expected.DENIED : Expected.OPEN;
            case USER_A, SERVICE -> Expected.OPEN;
        };
    }

    private static Expected declared(Access access, Actor actor, Act act) {
        if (access instanceof Access.Owner) {
            return only(actor == Actor.USER_A);
        }
        if (access instanceof Access.PublicRead) {
            return only(actor == Actor.USER_A || act == Act.SELECT);
        }
        if (access instanceof Access.Spelled spelled) {
            return who(
                    switch (act) {
                        case SELECT -> spelled.read();
                        case INSERT -> spelled.insert();
                        case UPDATE, REASSIGN -> spelled.update();
                        case DELETE -> spelled.delete();
                    },
                    actor);
        }
        return Expected.DENIED;
    }

    private static Expected who(Who who, Actor actor) {
        return switch (who) {
            case ANYONE -> Expected.ALLOWED;
            case SIGNED_IN -> only(actor != Actor.ANON);
            case SELF, OWNER -> only(actor == Actor.USER_A);
            case NOBODY -> Expected.DENIED;
        };
    }

    private static boolean ofOwner(Who who) {
        return who == Who.SELF || who == Who.OWNER;
    }

    private static Expected only(boolean allowed) {
        return allowed ? Expected.ALLOWED : Expected.DENIED;
    }
}
