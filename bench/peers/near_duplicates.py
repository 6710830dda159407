"""Near duplicates by datasketch: reads JSON lines of word lists, prints the pairs whose estimated Jaccard index reaches the threshold.

Usage: near_duplicates.py FILE PERMUTATIONS WORDS_PER_SHINGLE THRESHOLD
"""

import json
import sys
import time

from datasketch import MinHash, MinHashLSH


def main(file, permutations, width, threshold):
    with open(file, encoding="utf-8") as lines:
        texts = [json.loads(line) for line in lines]
    started = time.perf_counter()
    index = MinHashLSH(threshold=threshold, num_perm=permutations)
    signatures = []
    pairs = []
    for number, words in enumerate(texts):
        shingles = {" ".join(words[at : at + width]) for at in range(max(1, len(words) - width + 1))}
        signature = MinHash(num_perm=permutations)
        signature.update_batch([shingle.encode("utf-8") for shingle in shingles])
        for other in index.query(signature):
            if signature.jaccard(signatures[other]) >= threshold:
                pairs.append([other, number])
        index.insert(number, signature)
        signatures.append(signature)
    json.dump({"seconds": time.perf_counter() - started, "pairs": pairs}, sys.stdout)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4]))
