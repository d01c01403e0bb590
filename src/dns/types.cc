#include "dns/types.h"
