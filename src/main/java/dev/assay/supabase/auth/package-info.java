/**
 * {@code /auth/v1} as GoTrue answers it: users, passwords, sessions, refresh tokens, mailed codes and links, the admin API.
 *
 * <p>The door is {@link dev.assay.supabase.auth.AuthSurface}. All state is in schema {@code auth} of the project's
 * database, written as {@code supabase_auth_admin}, so that triggers and foreign keys of an app work; only mails are
 * kept in memory ({@link dev.assay.supabase.auth.Mailbox}). Bodies, statuses and codes are those of GoTrue 2.180.
 */
@org.jspecify.annotations.NullMarked
package dev.assay.supabase.auth;
