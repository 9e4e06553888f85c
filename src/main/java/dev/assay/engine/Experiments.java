package dev.assay.engine;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.platform.commons.annotation.Testable;

/**
 * Marks the class through which IDEs and build tools reach a folder of experiments:
 *
 * <pre>{@code
 * @Experiments
 * class AllExperiments {}
 * }</pre>
 *
 * <p>All experiments of the folder run, but for matrix files; the option {@code experiment} narrows them or names a
 * matrix file.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
@Testable
public @interface Experiments {
    /** The folder, relative to the working directory. */
    String value() default "experiments";
}
