// Package spelling says how far two words are apart, for messages that guess what was meant.
package spelling

// Distance is the Levenshtein distance of two words in bytes: how many of them must be put in, taken out or replaced to
// turn one into the other. It takes time by the product of their lengths: bound them.
func Distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		corner := row[0]
		row[0] = i + 1
		for j := range len(b) {
			replaced := corner
			if a[i] != b[j] {
				replaced++
			}
			corner = row[j+1]
			row[j+1] = min(replaced, row[j]+1, corner+1)
		}
	}
	return row[len(b)]
}
