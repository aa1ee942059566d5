package chasqui.transfer;

class CopyMethodIT extends ByteMoverContract {
    @Override
    ByteMover mover() {
        return new CopyMethod();
    }
}
