namespace NodeForge.Bundles.Deltas;

/// <summary>Guesses by how much a word of a program changed, from the words before it. Whoever encodes and whoever applies learn the same,
/// so that a right guess costs its rank instead of the word.</summary>
/// <remarks>
/// A program that is compiled again has the same code at other places. What an instruction adds to its own address leads to a target: where
/// that moved to was learned at the last instruction that led there, or near there. In tables of addresses the word itself is the target.
/// Which of these holds changes along a program, so the guesses are ranked by how often they were right of late.
/// </remarks>
internal sealed class WordGuesses
{
    /// <summary>How many guesses there are: the ranks are below it.</summary>
    public const int Count = 6;

    private const int Certain = 1 << 14;
    private const int Forgets = 6; // a guess's score is what it was in about 2^6 words
    private readonly Memory target = new(18, 0);
    private readonly Memory nearTarget = new(16, 8);
    private readonly Memory aroundTarget = new(12, 14);
    private readonly Memory word = new(18, 0);
    private readonly Memory nearWord = new(14, 10);
    private readonly uint[] guesses = new uint[Count];
    private readonly int[] scores = new int[Count];
    private readonly int[] ranking = [0, 1, 2, 3, 4, 5];
    private uint last;
    private uint before;
    private uint leadsTo;
    private uint shift;

    /// <summary>Makes the guesses for a word.</summary>
    /// <param name="old">The word of the old file.</param>
    /// <param name="from">Its place there.</param>
    /// <param name="to">Its place in the new file.</param>
    public void Ask(uint old, long from, long to)
    {
        before = old;
        shift = (uint)(to - from);
        leadsTo = (uint)from + sizeof(uint) + old;
        guesses[0] = target.Recall(leadsTo) - shift;
        guesses[1] = nearTarget.Recall(leadsTo) - shift;
        guesses[2] = word.Recall(old);
        guesses[3] = aroundTarget.Recall(leadsTo) - shift;
        guesses[4] = nearWord.Recall(old);
        guesses[5] = last;
        for (int i = 1; i < Count; i++)
        {
            int guess = ranking[i],
                at = i;
            for (; at > 0 && Precedes(guess, ranking[at - 1]); at--)
                ranking[at] = ranking[at - 1];
            ranking[at] = guess;
        }
    }

    /// <summary>The rank of the guess that is right, equal guesses counted once; <see cref="Count"/> where none is.</summary>
    public int RankOf(uint distance)
    {
        int rank = 0;
        for (int i = 0; i < Count; i++)
        {
            uint guess = guesses[ranking[i]];
            if (guess == distance)
                return rank;
            rank += WasSaid(i) ? 0 : 1;
        }

        return Count;
    }

    /// <returns>False where there are fewer different guesses.</returns>
    public bool TryGuess(int rank, out uint distance)
    {
        for (int i = 0; i < Count; i++)
        {
            distance = guesses[ranking[i]];
            if (!WasSaid(i) && rank-- == 0)
                return true;
        }

        distance = 0;
        return false;
    }

    /// <summary>By how much the word changed in truth.</summary>
    public void Learn(uint distance)
    {
        for (int guess = 0; guess < Count; guess++)
            scores[guess] += ((guesses[guess] == distance ? Certain : 0) - scores[guess]) >> Forgets;
        target.Keep(leadsTo, distance + shift);
        nearTarget.Keep(leadsTo, distance + shift);
        aroundTarget.Keep(leadsTo, distance + shift);
        word.Keep(before, distance);
        nearWord.Keep(before, distance);
        last = distance;
    }

    // One that is as good as another keeps the order of the guesses: nothing depends on what came before.
    private bool Precedes(int guess, int other) => scores[guess] > scores[other] || (scores[guess] == scores[other] && guess < other);

    private bool WasSaid(int at)
    {
        for (int i = 0; i < at; i++)
        {
            if (guesses[ranking[i]] == guesses[ranking[at]])
                return true;
        }

        return false;
    }

    /// <summary>What was kept last for a key, or for one with the same high bits. A key in the place of another one is forgotten.</summary>
    private sealed class Memory(int bits, int coarse)
    {
        private readonly (uint Key, uint Value)[] slots = new (uint, uint)[1 << bits];

        /// <returns>0 for what is not known.</returns>
        public uint Recall(uint key)
        {
            (uint kept, uint value) = slots[Slot(key >> coarse)];
            return kept == key >> coarse ? value : 0;
        }

        public void Keep(uint key, uint value) => slots[Slot(key >> coarse)] = (key >> coarse, value);

        private uint Slot(uint key) => (key * 0x9E3779B1u) >> (32 - bits); // Fibonacci hashing (Knuth, volume 3, 6.4)
    }
}
