package chasqui.endtoend;

import chasqui.testing.BbcpPrograms;
import java.nio.file.Path;

class RealBbcpBrokenLinkIT extends BrokenLinkContract {
    @Override
    Path program(Path folder) throws Exception {
        return BbcpPrograms.real();
    }
}
