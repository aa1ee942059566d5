package chasqui.command;

/** Who gave a command, for the audit. */
final class Person {
    private Person() {}

    static String here() {
        return System.getProperty("user.name", "unknown") + " (command line)";
    }
}
