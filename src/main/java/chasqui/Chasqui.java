package chasqui;

import chasqui.command.ChasquiCommand;

/** Command line entry. */
public final class Chasqui {
    private Chasqui() {}

    public static void main(String[] arguments) {
        System.exit(ChasquiCommand.execute(arguments));
    }
}
