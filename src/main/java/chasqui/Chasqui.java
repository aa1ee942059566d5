package chasqui;

/** Command line entry. */
public final class Chasqui {
    private Chasqui() {}

    public static void main(String[] arguments) {
        System.exit(0);
    }
}
