package client

import _ "bad/streamer/statistics" // want `client imports streamer/statistics: streamer and client never import each other`
