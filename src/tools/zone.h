// `nomen zone`: the versions of a zone for people: which there are, what they said, who changed what, and the
// way back.
#pragma once

namespace nomen::tools {

int zone_main(int argc, char** argv);

}  // namespace nomen::tools
